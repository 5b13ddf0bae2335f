import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

type Socket = AsyncIterable<Buffer[]> & {
  connect(address: string): void;
  subscribe(): void;
  send(frames: (string | Buffer)[]): Promise<void>;
  close(): void;
};

export interface Message {
  readonly type: string;
  readonly parent: string;
  // biome-ignore lint/suspicious/noExplicitAny: the content of a message is what the protocol says for its type
  readonly content: any;
}

/** What came of one request: the reply, and what was published for it until the kernel was idle. */
export interface Answer {
  readonly reply: Message["content"];
  readonly published: readonly Message[];
}

/**
 * Starts the repository's kernel and speaks Jupyter's wire protocol with it
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html), so that it can be tested without Python.
 */
export class KernelClient {
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #key: string;
  readonly #shell: Socket;
  readonly #published: Socket;
  readonly #waiting = new Map<
    string,
    {
      published: Message[];
      heard: ((message: Message) => void) | undefined;
      reply?: Message;
      idle: boolean;
      done: () => void;
    }
  >();
  log = "";

  private constructor(child: ChildProcess, directory: string, key: string, shell: Socket, published: Socket) {
    this.#process = child;
    this.#directory = directory;
    this.#key = key;
    this.#shell = shell;
    this.#published = published;
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    void this.#listen(shell, true);
    void this.#listen(published, false);
  }

  /** @param node the program that runs the kernel */
  static async start(node = process.execPath): Promise<KernelClient> {
    // The ZeroMQ binding is tslab's dependency, not this project's.
    const zmq = createRequire(resolve("node_modules/tslab/dist/main.js"))("zeromq") as Record<
      string,
      new () => Socket
    >;
    const directory = mkdtempSync(join(tmpdir(), "flatenn-kernel-"));
    const ports = await freePorts(5);
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
    const key = randomUUID();
    const connection = { ip: "127.0.0.1", transport: "tcp", signature_scheme: "hmac-sha256", key };
    const file = join(directory, "connection.json");
    writeFileSync(
      file,
      JSON.stringify({ ...connection, shell_port, iopub_port, stdin_port, control_port, hb_port }),
    );
    const kernel = resolve("jupyter/kernels/tslab/kernel.cjs");
    const args = ["--disable-warning=ExperimentalWarning", kernel, file];
    const child = spawn(node, args, {
      cwd: resolve("notebooks"),
      stdio: ["ignore", "ignore", "pipe"],
    });
    const shell = new zmq["Dealer"]!();
    const published = new zmq["Subscriber"]!();
    shell.connect(`tcp://127.0.0.1:${shell_port}`);
    published.connect(`tcp://127.0.0.1:${iopub_port}`);
    published.subscribe();
    const client = new KernelClient(child, directory, key, shell, published);
    // A subscription takes a moment: what is published before is lost, so ask until the status arrives as well.
    for (let tries = 0; tries < 100; tries++) {
      const arrived = await Promise.race([client.request("kernel_info_request", {}), pause(300)]);
      if (arrived) return client;
    }
    throw new Error(`the kernel did not answer: ${client.log}`);
  }

  /** @param heard gets what the cell publishes as it comes */
  execute(code: string, heard?: (message: Message) => void): Promise<Answer> {
    return this.request("execute_request", { code, silent: false, store_history: true }, heard);
  }

  async request(type: string, content: object, heard?: (message: Message) => void): Promise<Answer> {
    const id = randomUUID();
    const header = { msg_id: id, session: "test", username: "test", msg_type: type, version: "5.3" };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const answer = new Promise<Answer>((resolve) => {
      const entry = {
        published: [] as Message[],
        heard,
        idle: false,
        done() {
          const { reply } = this as { reply?: Message };
          if (reply && this.idle) resolve({ reply: reply.content, published: this.published });
        },
      };
      this.#waiting.set(id, entry);
    });
    await this.#shell.send(["<IDS|MSG>", this.#sign(parts), ...parts]);
    return answer;
  }

  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  /** Asks the kernel to shut down. @returns its exit code, null if it had to be killed */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((done) => this.#process.once("exit", (code) => done(code)));
    void this.request("shutdown_request", { restart: false });
    const code = await Promise.race([ended, pause(5_000).then(() => null)]);
    this.#process.kill("SIGKILL");
    this.#shell.close();
    this.#published.close();
    rmSync(this.#directory, { recursive: true });
    return code;
  }

  async #listen(socket: Socket, replies: boolean): Promise<void> {
    for await (const frames of socket) {
      const start = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
      const parts = frames.slice(start + 2).map(String);
      if (frames[start + 1]!.toString() !== this.#sign(parts))
        throw new Error("a message with a wrong signature");
      const [header, parent, , content] = parts.map((part) => JSON.parse(part));
      const entry = this.#waiting.get(parent.msg_id);
      if (!entry) continue;
      const message = { type: header.msg_type, parent: parent.msg_id, content };
      if (replies) entry.reply = message;
      else if (message.type !== "status") {
        entry.published.push(message);
        entry.heard?.(message);
      } else if (content.execution_state === "idle") entry.idle = true;
      entry.done();
    }
  }

  #sign(parts: string[]): string {
    return createHmac("sha256", this.#key).update(parts.join("")).digest("hex");
  }
}

/** The text that a request printed to one stream. */
export function printed({ published }: Answer, name = "stdout"): string {
  return published
    .filter(({ type, content }) => type === "stream" && content.name === name)
    .map(({ content }) => content.text)
    .join("");
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

const pause = (milliseconds: number) =>
  new Promise<undefined>((done) => setTimeout(done, milliseconds, undefined));
