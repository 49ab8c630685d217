/**
 * Objects are checked as they come: whoever clones from here gets no tree with `..` or `.git` and no `.gitmodules` that
 * runs commands. What only the age of a repository is to blame for, such as dates and mail addresses of old converters,
 * is let through: that history cannot be changed any more.
 */
const FORGIVEN = [
  "badDate",
  "badDateOverflow",
  "badEmail",
  "badFilemode",
  "badName",
  "badTagName",
  "badTimezone",
  "emptyName",
  "extraHeaderEntry",
  "gitmodulesParse",
  "largePathname",
  "missingAuthor",
  "missingEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "missingTaggerEntry",
  "multipleAuthors",
  "nulInCommit",
  "zeroPaddedDate",
  "zeroPaddedFilemode",
];

/** How the built-in remote's git behaves; `hooks` and `maxPushBytes` are the installation's. */
export function receiveConfiguration(
  hooks: string,
  maxPushBytes: number,
): Readonly<Record<string, string>> {
  return {
    "core.hooksPath": hooks,
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "receive.autogc": "false",
    "receive.maxInputSize": `${maxPushBytes}`,
    "receive.fsckObjects": "true",
    ...Object.fromEntries(FORGIVEN.map((fault) => [`receive.fsck.${fault}`, "ignore"])),
    // "Your push is stored" is true also after a power failure; git itself would not sync loose objects.
    "core.fsync": "committed",
    "core.fsyncMethod": "batch",
  };
}
