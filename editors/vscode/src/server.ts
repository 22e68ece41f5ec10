// Which server is started: what the settings say, and where that program is. Knows nothing of the editor.

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** A leading `~/` is the home folder, `${workspaceFolder}` the folder that is open. */
export function expand(path: string, workspace: string | undefined): string {
  const inWorkspace = workspace === undefined ? path : path.replaceAll("${workspaceFolder}", workspace);
  return /^~[/\\]/.test(inWorkspace) ? join(homedir(), inWorkspace.slice(2)) : inWorkspace;
}

/** The program of this name or path, or nothing where there is none. A bare name is looked up in `PATH`. */
export function find(path: string, workspace: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const program = expand(path, workspace);
  const endings = process.platform === "win32" ? ["", ".exe"] : [""];
  const isBare = !program.includes("/") && !program.includes("\\");
  const folders = isBare
    ? (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter((folder) => folder !== "")
    : [isAbsolute(program) ? "" : (workspace ?? "")];
  const candidates = folders.flatMap((folder) => endings.map((ending) => resolve(folder, program) + ending));
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
