// A small model with the names of Meta-World's, of several files and with meshes, written to a folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A tetrahedron as binary STL. */
function stl(size: number): Uint8Array {
  const corners = [
    [0, 0, 0],
    [size, 0, 0],
    [0, size, 0],
    [0, 0, size],
  ] as const;
  const faces = [
    [0, 2, 1],
    [0, 1, 3],
    [0, 3, 2],
    [1, 2, 3],
  ] as const;
  const bytes = new DataView(new ArrayBuffer(84 + 50 * faces.length));
  bytes.setUint32(80, faces.length, true);
  for (const [i, face] of faces.entries())
    for (const [k, corner] of face.entries())
      for (let axis = 0; axis < 3; axis++)
        bytes.setFloat32(84 + 50 * i + 12 * (k + 1) + 4 * axis, corners[corner]![axis]!, true);
  return new Uint8Array(bytes.buffer);
}

const OBJ = ['v -1 -1 -1', 'v 1 -1 -1', 'v 0 1 -1', 'v 0 0 1', 'f 1 3 2', 'f 1 2 4', 'f 2 3 4', 'f 3 1 4'].join('\n');

const finger = (name: string, y: number, site: string) => `
  <body name="${name}" pos="0 ${y} -0.04">
    <joint name="${name}_slide" type="slide" axis="0 ${-Math.sign(y)} 0" range="0 0.02" limited="true" damping="10"/>
    <geom type="box" size="0.005 0.005 0.02" mass="0.02" contype="0" conaffinity="0"/>
    <site name="${site}" pos="0 0 -0.02"/>
  </body>`;

const HAND = `<mujocoinclude>
  <!-- <geom type="mesh" mesh="x" file="not-there.stl"/> -->
  <body name="hand" pos="0 0.6 0.3" quat="1 0 1 0">
    <freejoint/>
    <geom type="mesh" mesh="palm" mass="0.5" contype="0" conaffinity="0"/>
    <body name="turned" quat="1 0 -1 0">
      ${finger('right', 0.03, 'rightEndEffector')}
      ${finger('left', -0.03, 'leftEndEffector')}
    </body>
  </body>
</mujocoinclude>`;

const MAIN = `<mujoco model="small">
  <compiler angle="radian" meshdir="../meshes"/>
  <option timestep="0.0025"/>
  <size memory="2M"/>
  <asset>
    <mesh name="palm" file="hand/palm.stl"/>
    <mesh name="puck" file="puck.obj" scale="0.02 0.02 0.02"/>
  </asset>
  <worldbody>
    <include file="hand.xml"/>
    <geom name="table" type="plane" size="2 2 0.1"/>
    <body name="mocap" mocap="true" pos="0 0.6 0.3" quat="1 0 1 0"/>
    <body name="obj" pos="0 0.7 0.02"><freejoint/><geom name="objGeom" type="mesh" mesh="puck" mass="0.1"/></body>
  </worldbody>
  <equality><weld body1="mocap" body2="hand"/></equality>
  <actuator>
    <motor joint="right_slide" ctrlrange="-1 1" ctrllimited="true"/>
    <motor joint="left_slide" ctrlrange="-1 1" ctrllimited="true"/>
  </actuator>
</mujoco>`;

/** Writes the model below `folder` with its names as Meta-World has them; `change` edits the main file. */
export function writeMetaWorldModel(folder: string, change = (xml: string) => xml): void {
  mkdirSync(path.join(folder, 'sawyer_xyz'), { recursive: true });
  mkdirSync(path.join(folder, 'meshes', 'hand'), { recursive: true });
  writeFileSync(path.join(folder, 'meshes', 'hand', 'palm.stl'), stl(0.05));
  writeFileSync(path.join(folder, 'meshes', 'puck.obj'), OBJ);
  writeFileSync(path.join(folder, 'sawyer_xyz', 'hand.xml'), HAND);
  writeFileSync(path.join(folder, 'sawyer_xyz', 'sawyer_reach_push_pick_and_place.xml'), change(MAIN));
}
