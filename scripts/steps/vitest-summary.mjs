// A vitest reporter that counts: writes { passed, failed, skipped: [{ suite, reason }] } to TWOVIEW_TEST_SUMMARY.
import { writeFileSync } from 'node:fs';

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      for (const suite of [module, ...module.children.allSuites()]) {
        // A file that cannot be loaded, or a hook that throws, is a failure beside those of its tests.
        if (suite.errors().length > 0) summary.failed++;
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') summary.passed++;
        else if (result.state === 'failed') summary.failed++;
        else summary.skipped.push({ suite: suiteOf(test), reason: result.note });
      }
    }
    writeFileSync(process.env.TWOVIEW_TEST_SUMMARY, JSON.stringify(summary));
  }
}

const suiteOf = (test) => (test.parent.type === 'suite' ? test.parent.fullName : test.module.relativeModuleId);
