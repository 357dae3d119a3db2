/*
 * First code of a worker process that runs a Node.js function: the part of AWS's runtime that talks to the Lambda
 * Runtime API, finds the handler, and prints as Lambda does. Started as `node bootstrap.cjs <handler>`; standard input
 * is a pipe that the engine holds open, so that the worker ends with the engine however the engine ends.
 */
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const util = require("node:util");
const { createRequire } = require("node:module");
const { pathToFileURL } = require("node:url");
const { Worker } = require("node:worker_threads");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const telemetry = 1; // frames travel in the pipe of standard output: an entry of several lines stays one log event
const state = { invocation: undefined };

// A thread of its own: a handler that never yields must not keep the process once the engine is gone.
const endWithTheEngine = `
const fs = require("node:fs");
const one = Buffer.alloc(1);
const engineIsThere = () => { try { return fs.readSync(0, one, 0, 1, null) > 0; } catch (e) { return e.code === "EAGAIN"; } };
while (engineIsThere()) {}
process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
`;

class RuntimeFailure extends Error {
  constructor(name, message, stack) {
    super(message);
    this.name = name;
    if (stack) this.stack = stack;
  }
}

/* ---- the Runtime API ---- */

function call(method, suffix, body, headers = {}) {
  const options = { host, port, method, path: `/2018-06-01/runtime/${suffix}`, agent, headers };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts).toString() }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function report(suffix, error) {
  const described = describe(error);
  const headers = { "Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": described.errorType };
  return call("POST", suffix, JSON.stringify(described), headers);
}

/** A thrown value as AWS answers it. */
function describe(error) {
  if (!(error instanceof Error) && Object.prototype.toString.call(error) !== "[object Error]") {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = String(error.stack || "").split("\n");
  return { errorType: error.name, errorMessage: error.message, trace };
}

/* ---- printing ---- */

function frame(text) {
  const message = Buffer.from(text);
  const head = Buffer.alloc(16);
  head.writeUInt32BE(0xa55a0003, 0);
  head.writeUInt32BE(message.length, 4);
  head.writeBigInt64BE(BigInt(Date.now()) * 1000n, 8);
  let left = Buffer.concat([head, message]);
  while (left.length) left = left.subarray(fs.writeSync(telemetry, left));
}

function print(level, ...values) {
  const least = levels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL || "TRACE");
  if (levels.indexOf(level) < least) return;
  const requestId = state.invocation && state.invocation.requestId;
  const timestamp = new Date().toISOString();
  if (process.env.AWS_LAMBDA_LOG_FORMAT === "JSON") {
    frame(JSON.stringify({ timestamp, level, requestId, ...structured(values) }));
  } else {
    frame(`${timestamp}\t${requestId}\t${level}\t${util.format(...values)}`);
  }
}

/** One object or string is the message itself, as in AWS's JSON logs; errors are taken apart. */
function structured(values) {
  const error = values.find((value) => value instanceof Error);
  const details = error ? { errorType: error.name, errorMessage: error.message, stackTrace: stackOf(error) } : {};
  const message = values.length === 1 && typeof values[0] === "object" && !error ? values[0] : util.format(...values);
  return { message, ...details };
}

const stackOf = (error) => String(error.stack || "").split("\n");

function patchConsole() {
  const named = { log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", debug: "DEBUG", trace: "TRACE", fatal: "FATAL" };
  for (const [name, level] of Object.entries(named)) console[name] = (...values) => print(level, ...values);
}

const logged = (error) => {
  const { errorType, errorMessage } = describe(error);
  return JSON.stringify({ errorType, errorMessage, stack: stackOf(error) });
};

/* ---- the handler ---- */

async function load(handler) {
  const found = /^([^.]*)\.(.*)$/.exec(path.basename(handler));
  if (!found) throw new RuntimeFailure("Runtime.MalformedHandlerName", "Bad handler");
  const [, file, name] = found;
  const module = await loadModule(path.resolve(process.env.LAMBDA_TASK_ROOT, path.dirname(handler), file), file);
  const exported = name.split(".").reduce((value, part) => value && value[part], module);
  if (exported === undefined) {
    throw new RuntimeFailure("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (typeof exported !== "function") {
    throw new RuntimeFailure("Runtime.HandlerNotFound", `${handler} is not a function`);
  }
  return exported;
}

async function loadModule(base, name) {
  try {
    const file = [base, `${base}.js`, `${base}.mjs`, `${base}.cjs`].find(isFile);
    if (!file) return createRequire(path.join(process.env.LAMBDA_TASK_ROOT, "_"))(name);
    return await imported(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeFailure("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`, error.stack);
    const missing = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error && error.code);
    if (missing) throw new RuntimeFailure("Runtime.ImportModuleError", `Error: ${error.message}${hint(error)}`, error.stack);
    throw error;
  }
}

async function imported(file) {
  if (!file.endsWith(".mjs")) {
    try {
      return require(file);
    } catch (error) {
      if (!["ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE"].includes(error.code)) throw error;
    }
  }
  await letModulesFindTheSdk();
  return import(pathToFileURL(file).href);
}

/** As in AWS's runtime, ES modules find the SDK; of NODE_PATH only CommonJS knows. */
async function letModulesFindTheSdk() {
  const { register } = require("node:module");
  if (!register) return;
  const hooks = `
    import { createRequire } from "node:module";
    import { pathToFileURL } from "node:url";
    const require = createRequire(${JSON.stringify(path.join(process.env.LAMBDA_TASK_ROOT, "_"))});
    export async function resolve(specifier, context, next) {
      try { return await next(specifier, context); } catch (error) {
        if (error.code !== "ERR_MODULE_NOT_FOUND" || !/^@(aws-sdk|smithy)[/]/.test(specifier)) throw error;
        let found;
        try { found = require.resolve(specifier); } catch { throw error; }
        return next(pathToFileURL(found).href, context);
      }
    }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}

const isFile = (name) => fs.existsSync(name) && fs.statSync(name).isFile();

/** AWS's Node runtimes bring version 3 of the SDK; this machine has it only where somebody put it. */
function hint(error) {
  if (/['"]aws-sdk['"/]/.test(error.message)) return "\n(Lambda's runtimes from nodejs18.x on have version 3 of the AWS SDK, not aws-sdk, which is version 2: use @aws-sdk/client-..., or put aws-sdk into the function's zip or a layer)";
  if (!/@aws-sdk|@smithy/.test(error.message)) return "";
  return "\n(the local AWS fetches the AWS SDK for JavaScript by npm, and could not: `shoplib doctor --fix` says why; or put it into the function's zip or a layer, or name a node_modules folder in SHOPLIB_NODE_MODULES)";
}

/* ---- one invocation ---- */

function begin(answer) {
  const header = (name) => answer.headers[`lambda-runtime-${name}`];
  const deadline = Number(header("deadline-ms"));
  const invocation = { requestId: header("aws-request-id"), answered: false, result: undefined };
  process.env._X_AMZN_TRACE_ID = header("trace-id");
  const clientContext = header("client-context");
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: undefined,
    invokedFunctionArn: header("invoked-function-arn"),
    awsRequestId: invocation.requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  context.done = (error, result) => settle(error, result, true);
  context.succeed = (result) => settle(null, result, true);
  context.fail = (error) => settle(error === null || error === undefined ? "handled" : error, undefined, true);
  state.invocation = Object.assign(invocation, { context });
  return invocation;
}

/** The handler called back: answer now, or when nothing is left to do, as the context says. */
function settle(error, result, atOnce = false) {
  const invocation = state.invocation;
  if (!invocation || invocation.answered) return;
  const failed = error !== null && error !== undefined;
  if (failed) finish(invocation, error, undefined);
  else if (atOnce || !invocation.context.callbackWaitsForEmptyEventLoop) finish(invocation, null, result);
  else invocation.result = result;
}

async function finish(invocation, error, result) {
  if (invocation.answered) return;
  invocation.answered = true;
  const where = `invocation/${invocation.requestId}`;
  if (error !== null) await failed(where, error);
  else await answered(where, result);
  state.invocation = undefined;
  next();
}

async function answered(where, result) {
  let body;
  try {
    body = result === undefined ? "null" : JSON.stringify(result) ?? "null";
  } catch {
    return failed(where, new RuntimeFailure("Runtime.MarshalError", "Unable to stringify response body"));
  }
  await call("POST", `${where}/response`, body, { "Content-Type": "application/json" });
}

async function failed(where, error) {
  print("ERROR", "Invoke Error", `\t${logged(error)}`);
  await report(`${where}/error`, error);
}

let handle;

async function next() {
  const answer = await call("GET", "invocation/next");
  const invocation = begin(answer);
  try {
    const result = handle(JSON.parse(answer.body), invocation.context, (error, value) => settle(error, value));
    if (result && typeof result.then === "function") finish(invocation, null, await result);
  } catch (error) {
    finish(invocation, error === undefined || error === null ? new Error(String(error)) : error, undefined);
  }
}

/** `awslambda.streamifyResponse`: the stream is collected, for the local AWS answers in one piece. */
function provideStreaming() {
  const { PassThrough } = require("node:stream");
  const streamifyResponse = (stream) => async (event, context) => {
    const response = new PassThrough();
    const parts = [];
    response.on("data", (part) => parts.push(part));
    response.setContentType = () => undefined;
    await stream(event, response, context);
    if (!response.writableEnded) response.end();
    await require("node:stream/promises").finished(response);
    const text = Buffer.concat(parts).toString();
    try { return JSON.parse(text); } catch { return text; }
  };
  globalThis.awslambda = { streamifyResponse, HttpResponseStream: { from: (stream) => stream } };
}

/**
 * Answers of custom resources leave by HTTPS to port 443 of the ResponseURL's host, as CDK's providers send them, and
 * calls of APIs to their own hosts. On AWS that is S3 and API Gateway; here it is the engine, which speaks HTTP on this
 * machine alone.
 */
function sendAnswersToTheEngine() {
  const https = require("node:https");
  const engine = new URL(process.env.AWS_ENDPOINT_URL);
  const request = https.request;
  https.request = function (...given) {
    const parsed = typeof given[0] === "string" || given[0] instanceof URL ? new URL(given[0]) : undefined;
    const options = (parsed ? given[1] : given[0]) || {};
    const about = typeof options === "object" ? options : {};
    const host = about.hostname || about.host || (parsed && parsed.hostname);
    const target = about.path || (parsed && parsed.pathname + parsed.search) || "";
    const isAnApi = /\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(host);
    if (!isAnApi && (host !== engine.hostname || !target.startsWith("/_aws/custom-resource/"))) return request.apply(this, given);
    const { agent, ...kept } = about;
    const done = given.find((value) => typeof value === "function");
    const named = isAnApi ? { headers: { ...kept.headers, host } } : {};
    return http.request({ ...kept, ...named, protocol: "http:", host: engine.hostname, hostname: engine.hostname, port: engine.port, path: target }, done);
  };
  require("node:module").syncBuiltinESMExports();
}

/* ---- the process ---- */

async function crash(kind, error, code) {
  print("ERROR", kind, `\t${logged(error)}`);
  const invocation = state.invocation;
  const reported = invocation && !invocation.answered ? report(`invocation/${invocation.requestId}/error`, error) : report("init/error", error);
  await reported.catch(() => undefined);
  process.exit(code);
}

function unhandled(reason) {
  const message = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  const failure = new RuntimeFailure("Runtime.UnhandledPromiseRejection", message, reason && reason.stack);
  return crash("Unhandled Promise Rejection", failure, 128);
}

function nothingLeftToDo() {
  const invocation = state.invocation;
  if (invocation && !invocation.answered) finish(invocation, null, invocation.result);
}

async function main() {
  new Worker(endWithTheEngine, { eval: true, stdin: false }).unref();
  patchConsole();
  provideStreaming();
  sendAnswersToTheEngine();
  process.on("uncaughtException", (error) => crash("Uncaught Exception", error, 129));
  process.on("unhandledRejection", unhandled);
  process.on("beforeExit", nothingLeftToDo);
  try {
    handle = await load(process.argv[2]);
  } catch (error) {
    print("ERROR", error.name && error.name.startsWith("Runtime.") ? "Uncaught Exception" : "Init Error", `\t${logged(error)}`);
    await report("init/error", error);
    process.exit(1);
  }
  next();
}

main();
