// A thin client: it starts `hlab lsp` over stdio and says so clearly when it cannot. Everything else is the server's.

import * as vscode from "vscode";
import { type Executable, LanguageClient, type LanguageClientOptions, State } from "vscode-languageclient/node";
import { find } from "./server";

const SERVER_SETTINGS = ["hlab.server.path", "hlab.server.arguments", "hlab.server.environment"];

let client: LanguageClient | undefined;
/** Starts and stops follow one another, however fast they are asked for. */
let turn: Promise<void> = Promise.resolve();

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("hlab", { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("hlab.restart", () => restart(output)),
    vscode.commands.registerCommand("hlab.showOutput", () => output.show()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (SERVER_SETTINGS.some((setting) => event.affectsConfiguration(setting))) await restart(output);
    }),
  );
  await restart(output);
}

export async function deactivate(): Promise<void> {
  turn = turn.then(stop);
  await turn;
}

function restart(output: vscode.LogOutputChannel): Promise<void> {
  turn = turn.then(stop).then(() => start(output));
  return turn;
}

async function stop(): Promise<void> {
  const stopping = client;
  client = undefined;
  if (stopping === undefined) return;
  try {
    // A client that never came up has nothing to shut down, and says so by an error.
    if (stopping.state !== State.Stopped) await stopping.stop();
  } catch {
    // The process is gone or was killed after its time: either way it is stopped.
  }
}

async function start(output: vscode.LogOutputChannel): Promise<void> {
  const settings = vscode.workspace.getConfiguration("hlab");
  const path = settings.get<string>("server.path", "hlab");
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const env = { ...process.env, ...settings.get<Record<string, string>>("server.environment", {}) };
  const command = find(path, workspace, env);
  if (command === undefined) {
    const where = /[/\\]/.test(path) ? "is no program" : "is not in PATH";
    output.error(`\`${path}\` ${where}; PATH is ${env["PATH"] ?? ""}`);
    report(`The hlab language server was not started: \`${path}\` ${where}. Install hlab, or say where it is.`, output);
    return;
  }

  const executable: Executable = {
    command,
    args: settings.get<string[]>("server.arguments", ["lsp"]),
    options: { env, ...(workspace === undefined ? {} : { cwd: workspace }) },
  };
  const options: LanguageClientOptions = {
    // A buffer without a file belongs to no project.
    documentSelector: [{ scheme: "file", language: "hlab" }],
    outputChannel: output,
    // The trace goes to the same channel, by `hlab.trace.server`.
    traceOutputChannel: output,
  };
  const starting = new LanguageClient("hlab", "hlab", executable, options);
  client = starting;
  output.info(`starting ${[command, ...(executable.args ?? [])].join(" ")}`);
  try {
    await starting.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    output.error(reason);
    report(`The hlab language server did not start: ${reason}`, output);
  }
}

/** Tells the user, without waiting for an answer. */
function report(message: string, output: vscode.OutputChannel): void {
  const [settings, log] = ["Open the settings", "Show the output"];
  void vscode.window.showErrorMessage(message, settings, log).then((choice) => {
    if (choice === settings) void vscode.commands.executeCommand("workbench.action.openSettings", "hlab.server");
    if (choice === log) output.show();
  });
}
