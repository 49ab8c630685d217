import { expect, test } from "@jest/globals";

import { finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { startPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

test("a run reaches the API of a server that listens on all addresses", async () => {
  const platform = await startPlatform({ host: "0.0.0.0" });
  const projects = new Projects(platform);
  try {
    expect(platform.url).toMatch(/^http:\/\/localhost:\d+$/);
    const fields = "$ASSAY_URL/api/v1/experiments/$ASSAY_EXPERIMENT_ID/fields";
    const copy = await projects.create(
      "all addresses",
      repositoryFiles(
        `wget -q -O - --header "Authorization: Bearer $ASSAY_TOKEN" "${fields}" || echo cannot`,
      ),
    );
    await copy.commit("exp: reach the server");
    await copy.push();

    await finished(platform, "all-addresses#1");

    expect(await logOf(platform, "all-addresses#1")).toBe("{}");
  } finally {
    await projects.remove();
    await platform.stop();
  }
});

test("a public URL that means this machine alone is not given to containers", async () => {
  const publicUrl = "http://localhost:8080";
  const platform = await startPlatform({ host: "0.0.0.0", publicUrl });
  try {
    expect(platform.ports.publicUrl).toBe(publicUrl);
    expect(new URL(platform.ports.runUrl).hostname).toMatch(/^\d+\.\d+\.\d+\.1$/);
  } finally {
    await platform.stop();
  }
});

test("containers are given RUN_URL, else a public URL that leads to the server", async () => {
  const publicUrl = "http://assay.example.org";
  const given = await startPlatform({ runUrl: "http://10.0.0.7:8080", publicUrl });
  const other = await startPlatform({ host: "0.0.0.0", publicUrl });
  try {
    expect(given.ports.runUrl).toBe("http://10.0.0.7:8080");
    expect(other.ports.runUrl).toBe(publicUrl);
  } finally {
    await given.stop();
    await other.stop();
  }
});
