export default {
  roots: ["<rootDir>/test"],
  // Those have images of gigabytes: npm run test:frameworks.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/frameworks/"],
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/support/global-teardown.ts",
  reporters: ["default", "<rootDir>/test/support/closing-line.js"],
  testTimeout: 60_000,
  maxWorkers: 2,
};
