# The task lists that are claimed to be NumPy's own draws.
import json
import numpy as np

np.random.seed(1337)
velocities = np.random.uniform(0, 3, size=130)
np.random.seed(1337)
goals = [[np.random.uniform(-1.0, 1.0), np.random.uniform(-1.0, 1.0)] for _ in range(100)]
np.random.seed(1337)
angles = np.linspace(0, np.pi, num=100)
circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
np.random.shuffle(circle)
other = np.random.RandomState(4294967295)
long = [other.uniform(-2, 5) for _ in range(2000)]
print(json.dumps({
    "velocities": velocities.tolist(),
    "goals": goals,
    "circle": circle.tolist(),
    "long": long,
}))
