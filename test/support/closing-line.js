// The last line of a test run, for people and for machines: "12 passed, 0 failed, 1 skipped".
// JavaScript and a default export, because jest loads reporters itself and untransformed.
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    // A suite that could not even be loaded has no failed tests, and must still count.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
    // Jest's own summary follows the reporters; only the end of the process is certainly last.
    process.once("exit", () => process.stdout.write(`${line}\n`));
  }
}
