import { type RetentionAnswer, RetentionQuery } from "../../contract/retention.ts";
import type { Ports } from "../../core/ports.ts";
import { previewRetention, type RetentionPreview } from "../../pipeline/verbs/preview-retention.ts";
import type { Handlers } from "../handler.ts";
import { queryOf } from "../input.ts";
import { time, timeOrNull } from "../present/times.ts";

/** How long Docker may take to tell what it has. */
const DOCKER_MS = 20_000;

export function retentionRoutes(ports: Ports): Pick<Handlers, "getRetention"> {
  return {
    async getRetention(request, response) {
      const asked = queryOf(RetentionQuery, request);
      const { keep } = ports;
      const days = {
        images: asked.keepImagesDays ?? keep.imagesDays,
        archives: asked.keepArchivesDays ?? keep.archivesDays,
        logs: asked.keepLogsDays ?? keep.logsDays,
      };
      const buildCacheShare = asked.keepBuildCache ?? keep.buildCacheShare;
      const { images, archives, logs, buildCache } = await previewRetention(
        ports,
        {
          imagesDays: days.images,
          archivesDays: days.archives,
          logsDays: days.logs,
          buildCacheShare,
        },
        AbortSignal.timeout(DOCKER_MS),
      );
      const answer: RetentionAnswer = {
        images: images ? presentKind("KEEP_IMAGES_DAYS", days.images, images) : null,
        archives: presentKind("KEEP_ARCHIVES_DAYS", days.archives, archives),
        logs: presentKind("KEEP_LOGS_DAYS", days.logs, logs),
        buildCache: buildCache
          ? {
              setting: "KEEP_BUILD_CACHE",
              keepShare: buildCacheShare,
              ...buildCache,
              bytes: Math.max(0, buildCache.usedBytes - buildCache.keepBytes),
            }
          : null,
      };
      response.json(answer);
    },
  };
}

function presentKind(
  setting: string,
  keepDays: number | undefined,
  { count, bytes, oldest, first }: RetentionPreview["archives"],
): RetentionAnswer["archives"] {
  return {
    setting,
    keepDays: keepDays ?? null,
    count,
    bytes,
    oldest: timeOrNull(oldest),
    first: first.map(({ name, bytes, lastUsedAt, experiments }) => ({
      name,
      bytes,
      lastUsedAt: time(lastUsedAt),
      experiments: [...experiments],
    })),
  };
}
