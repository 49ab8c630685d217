import type { ProjectAnswer } from "../contract/project.ts";

type Forge = ProjectAnswer["forge"];

/** What is to be done until a push starts something, as lines to follow. */
export function firstSteps(project: ProjectAnswer, webhookSecret?: string): readonly string[] {
  const { slug, forge } = project;
  return [
    ...(forge === "builtin" ? ownRemote(project) : webhook(project, forge, webhookSecret)),
    "",
    "Then push a commit whose message begins with exp:",
    `  git commit --allow-empty -m "exp: a first try" && git push${forge === "builtin" ? " assay HEAD" : ""}`,
    "and look on:",
    `  assay experiments list --project ${slug}`,
    `  assay projects deliveries ${slug}    what was received, and why it started what it did`,
  ];
}

const ownRemote = ({ gitUrl }: ProjectAnswer): readonly string[] => [
  "In your repository (assay init makes one):",
  `  git remote add assay ${gitUrl ?? ""}`,
  "git asks for a name and a password: any name, and your token.",
];

function webhook(
  { slug, webhookUrl, repository, settings }: ProjectAnswer,
  forge: Exclude<Forge, "builtin">,
  secret: string | undefined,
): readonly string[] {
  const told =
    secret ?? `told when the project was made; a new one: assay projects webhook-secret ${slug}`;
  return [
    ...(settings.pollSeconds === null
      ? []
      : [
          `Assay asks for pushes every ${settings.pollSeconds} s. To hear of them at once, as far as the forge can reach it:`,
        ]),
    `At ${repository ?? "the repository"}, ${WHERE[forge]}:`,
    `  Address       ${webhookUrl}`,
    ...(ASKS_FOR_TYPE[forge] ? ["  Content type  application/json"] : []),
    forge === "gitlab" ? `  Secret token  ${told}` : `  Secret        ${told}`,
    "  Events        pushes",
    "",
    `To show at each commit how its experiment stands, give ${TOKENS[forge]}:`,
    `  assay projects credential ${slug}`,
    `docs/forges/${forge}.md has all of it, step by step.`,
  ];
}

const ASKS_FOR_TYPE: Record<Exclude<Forge, "builtin">, boolean> = {
  github: true,
  gitlab: false,
  gitea: true,
  bitbucket: false,
};

const TOKENS: Record<Exclude<Forge, "builtin">, string> = {
  github: "a fine-grained token with Commit statuses: read and write",
  gitlab: "a project access token with the role Developer and the scope api",
  gitea: "a token with repository: read and write",
  bitbucket: "a repository access token with Repositories: write",
};

const WHERE: Record<Exclude<Forge, "builtin">, string> = {
  github: "in Settings → Webhooks → Add webhook",
  gitlab: "in Settings → Webhooks → Add new webhook",
  gitea: "in Settings → Webhooks → Add webhook",
  bitbucket: "in Repository settings → Webhooks → Add webhook",
};
