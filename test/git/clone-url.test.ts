import { expect, test } from "@jest/globals";

import { checkCloneUrl, withoutCredentials } from "../../src/git/clone-url.ts";
import { innerAddress } from "../../src/git/inner-address.ts";

test.each([
  "https://github.com/ada/digits.git",
  "https://github.com/ada/digits",
  "https://git.example.org:8443/team/sub/digits.git",
  "https://10.1.2.3/team/digits.git",
  "ssh://git@github.com/ada/digits.git",
  "ssh://git@git.example.org:2222/~ada/digits.git",
  "git@github.com:ada/digits.git",
  "git@gitlab.example.org:team/sub/digits.git",
])("the clone URL %s is taken", (url) => {
  expect(checkCloneUrl(url)).toBeUndefined();
});

test.each([
  "",
  "ext::sh -c touch% /tmp/canary",
  "--upload-pack=touch canary",
  "-uhttps://github.com/ada/digits",
  "fd::17",
  "file:///etc",
  "/var/lib/x",
  "../digits",
  "C:/digits",
  "ssh://-oProxyCommand=touch/x",
  "ssh://git@-oProxyCommand=touch/x",
  "ssh://-oProxyCommand=touch@github.com/x",
  "ssh://%2doProxyCommand=touch/x",
  "-oProxyCommand=touch:x",
  "git@-oProxyCommand=touch:x",
  "git@github.com:-x",
  "git@github.com::x",
  "ssh://git@github.com/-x",
  "http://github.com/ada/digits",
  "http://169.254.169.254/",
  "http://[::1]/",
  "http://0x7f000001/",
  "https://169.254.169.254/latest/meta-data",
  "https://[::1]/a",
  "https://[::ffff:127.0.0.1]/a",
  "https://[::ffff:7f00:1]/a",
  "https://[fe80::1]/a",
  "https://0x7f000001/a",
  "https://2130706433/a",
  "https://127.1/a",
  "https://0177.0.0.1/a",
  "https://0/a",
  "ssh://git@0x7f.1/a",
  "git@127.0.0.1:a",
  "https://localhost/a",
  "https://LOCALHOST/a",
  "https://a.localhost/a",
  "https://100.100.100.200/a",
  "https://user:tok@example.org/a",
  "https://tok@example.org/a",
  "https://example.org/a\nhost=evil",
  "https://example.org/a%0ahost=evil",
  "https://example.org/a%00",
  "https://example.org/a b",
  String.raw`https://example.org\@evil.org/a`,
  "https://example.org/a?b",
  "https://example.org/a#b",
  "https://example.org:0/a",
  "https://example.org:99999/a",
  "https://exämple.org/a",
  "HTTPS://example.org/a",
  "git://example.org/a",
  "ftp://example.org/a",
  `https://example.org/${"a".repeat(3000)}`,
])("the clone URL %j is refused with a sentence", (url) => {
  expect(checkCloneUrl(url)).toMatch(/^\S.*\.$/s);
});

test("file:// URLs are taken where the installation allows them", () => {
  expect(checkCloneUrl("file:///srv/digits.git", { allowFileProtocol: true })).toBeUndefined();
});

test("a refused URL's password is not repeated", () => {
  expect(checkCloneUrl("https://ada:secret@example.org/a")).not.toContain("secret");
  expect(withoutCredentials("fatal: https://ada:se@cret@example.org/a: gone")).toBe(
    "fatal: https://example.org/a: gone",
  );
});

test("a submodule's word does not lead into the private network, a project's URL may", () => {
  for (const address of ["10.0.0.5", "192.168.1.1", "172.31.0.1", "100.64.0.1", "fd12::1"]) {
    expect(innerAddress(address)).toBeUndefined();
    expect(innerAddress(address, { privateToo: true })).toMatch(/private network/);
  }
  expect(innerAddress("140.82.121.4", { privateToo: true })).toBeUndefined();
});
