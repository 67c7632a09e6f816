type Report = (error: unknown, requestId: string) => void;

const windowMs = 1_000;
const maxPerWindow = 10;

/**
 * Reports at most so many failures a second, so that a storm of failing requests does not become a storm of log lines. How many were
 * left out is said with the next one that is reported.
 */
export function sampledReport(report: Report): Report {
  let windowStartedAt = Number.NEGATIVE_INFINITY;
  let reported = 0;
  let leftOut = 0;
  return (error, requestId) => {
    const now = performance.now();
    if (now - windowStartedAt >= windowMs) {
      windowStartedAt = now;
      reported = 0;
    }
    if (reported >= maxPerWindow) {
      leftOut += 1;
      return;
    }
    reported += 1;
    if (leftOut > 0) {
      report(new Error(`${leftOut} more failures like those before were not reported`), '');
      leftOut = 0;
    }
    report(error, requestId);
  };
}
