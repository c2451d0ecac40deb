// The AWS SDK for JavaScript on maintenance windows: a life, and who may come in.
"use strict";
const assert = require("node:assert/strict");
const ssm = require("@aws-sdk/client-ssm");

const claim = (text) => console.log(`  ${text}`);
const client = (accessKeyId, secretAccessKey) =>
  new ssm.SSMClient({
    endpoint: process.env.TAGOUT_ADDRESS,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });

async function main() {
  const mine = client("AKIAALL", "all of it");
  const call = (name, input) => mine.send(new ssm[`${name}Command`](input));
  const { WindowId } = await call("CreateMaintenanceWindow", {
    Name: "nightly",
    Schedule: "cron(0 22 * * ? *)",
    ScheduleTimezone: "Asia/Tokyo",
    Duration: 3,
    Cutoff: 1,
    AllowUnassociatedTargets: true,
  });
  const window = await call("GetMaintenanceWindow", { WindowId });
  assert.match(window.NextExecutionTime, /^\d{4}-\d\d-\d\dT22:00\+09:00$/);
  assert.ok(window.CreatedDate instanceof Date && Math.abs(Date.now() - window.CreatedDate) < 60_000);
  assert.equal(window.ScheduleOffset, undefined);
  claim("create, get: dates are dates");

  const { WindowTargetId } = await call("RegisterTargetWithMaintenanceWindow", {
    WindowId,
    ResourceType: "INSTANCE",
    Targets: [{ Key: "tag:stage", Values: ["test"] }],
  });
  const { WindowTaskId } = await call("RegisterTaskWithMaintenanceWindow", {
    WindowId,
    TaskArn: "SSM-check",
    TaskType: "LAMBDA",
    Targets: [{ Key: "WindowTargetIds", Values: [WindowTargetId] }],
    MaxConcurrency: "1",
    MaxErrors: "0",
    TaskInvocationParameters: { Lambda: { Payload: new TextEncoder().encode("{}") } },
  });
  const task = await call("GetMaintenanceWindowTask", { WindowId, WindowTaskId });
  assert.equal(new TextDecoder().decode(task.TaskInvocationParameters.Lambda.Payload), "{}");
  await assert.rejects(
    call("DeregisterTargetFromMaintenanceWindow", { WindowId, WindowTargetId, Safe: true }),
    (error) => error instanceof ssm.TargetInUseException && error.message.endsWith(WindowTaskId),
  );
  claim("targets and tasks; a target in use is kept");

  const found = [];
  for await (const page of ssm.paginateDescribeMaintenanceWindowSchedule(
    { client: mine, pageSize: 7 },
    { WindowId, Filters: [{ Key: "ScheduledBefore", Values: [new Date(Date.now() + 20 * 86_400_000).toISOString()] }] },
  )) {
    found.push(...page.ScheduledWindowExecutions);
  }
  assert.ok(found.length === 20 || found.length === 19, `${found.length}`);
  claim("the paginator finds the openings of twenty days");

  await assert.rejects(
    call("GetMaintenanceWindow", { WindowId: "mw-00000000000000000" }),
    (error) => error instanceof ssm.DoesNotExistException && error.$metadata.requestId.length === 36,
  );
  await assert.rejects(
    client("AKIAALL", "a guess").send(new ssm.GetMaintenanceWindowCommand({ WindowId })),
    (error) => error.name === "InvalidSignatureException" && error.$metadata.httpStatusCode === 400,
  );
  claim("errors arrive as their classes; a wrong secret stays outside");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
