import { expect, test } from "@jest/globals";

import { readConfig } from "../src/config.ts";

test.each([
  [{ PORT: "http" }, "PORT must be a number."],
  [{ PORT: "70000" }, "PORT must be 65535 or less."],
  [{ WORKER_SLOTS: "1.5" }, "WORKER_SLOTS must be a whole number, not 1.5."],
  [{ DISK_WATERMARK: "0" }, "DISK_WATERMARK must be more than 0."],
  [{ PUBLIC_URL: "assay.lab" }, "PUBLIC_URL must be an address such as https://assay.example.org."],
  [
    { DATABASE_URL: "mysql://x" },
    "DATABASE_URL must be an address such as postgresql://user@host/database.",
  ],
  [
    { LOG_LEVEL: "wran" },
    'LOG_LEVEL must be debug, info, warn, error or silent, not "wran", did you mean warn?',
  ],
  [{ ASSAY_DUMMY_ENGINE: "yes" }, 'ASSAY_DUMMY_ENGINE must be 0, 1, true or false, not "yes".'],
  [{ ASSAY_ADMIN_TOKEN: "short" }, "ASSAY_ADMIN_TOKEN must have at least 16 characters."],
  [{ DOCKER_HOST: "here" }, "DOCKER_HOST must be unix:///… or tcp://host:port."],
  [
    { KEEP_LOGS_DAYS: "0" },
    'KEEP_LOGS_DAYS must be a whole number of days from 1 on, or "forever".',
  ],
  [{ KEEP_BUILD_CACHE: "10" }, "KEEP_BUILD_CACHE must be 1 or less."],
])("%j stops the start with a sentence that says what to write", (variables, sentence) => {
  expect(() => readConfig(variables)).toThrow(
    `The configuration is wrong. ${sentence} See .env.example.`,
  );
});

test("every wrong variable is told at once", () => {
  expect(() => readConfig({ PORT: "x", WORKER_SLOTS: "0" })).toThrow(
    "PORT must be a number. WORKER_SLOTS must be 1 or more.",
  );
});

test("a variable that is empty, as .env.example leaves it, is one that is not set", () => {
  const { port, workerSlots, logLevel, dummyEngine } = readConfig({
    PORT: "",
    WORKER_SLOTS: "",
    LOG_LEVEL: "",
    ASSAY_DUMMY_ENGINE: "",
    S3_ENDPOINT: "",
  });

  expect([port, workerSlots, logLevel, dummyEngine]).toEqual([8080, 16, "info", false]);
});

test("a name that only Assay could mean, and does not know, is told with the one that is like it", () => {
  const { warnings } = readConfig({
    ASSAY_DATADIR: "/srv/assay",
    ASSAY_WHATEVER: "1",
    ASSAY_DATA_DIR: "/srv/assay",
    ASSAY_TOKEN: "of the command line",
    ASSAY_EXPERIMENT_ID: "of a run",
    HOME: "/home/ada",
  });

  expect(warnings).toEqual([
    "The variable ASSAY_DATADIR is not known, did you mean ASSAY_DATA_DIR?",
    "The variable ASSAY_WHATEVER is not known; .env.example lists those that are.",
  ]);
});

test("how long things are kept is a number of days each, or for ever", () => {
  expect(readConfig({}).keep).toEqual({
    imagesDays: 14,
    archivesDays: 90,
    logsDays: 180,
    buildCacheShare: 0.1,
  });
  expect(readConfig({ KEEP_LOGS_DAYS: "forever", KEEP_IMAGES_DAYS: "3" }).keep).toMatchObject({
    imagesDays: 3,
    logsDays: undefined,
  });
});
