import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "@rebench/core";
import { hostProcesses, token, until } from "@rebench/core/testing";
import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDescription } from "../src/description.ts";
import { createProvider, type ProviderInternals } from "../src/provider.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { contextOf, removeFolders, run, specOf, using } from "./sandboxes.ts";

/**
 * An image may well contain a setuid program, so this one has a shell of root's. `as-root` runs a script by it as root where that
 * gives any privilege, else as whoever calls it.
 */
const imageLines = [
  "COPY as-root /usr/local/bin/",
  "RUN cp /bin/bash /usr/local/bin/rootshell && chmod 6755 /usr/local/bin/rootshell",
  "RUN chmod 755 /usr/local/bin/as-root && mkdir -m 777 /open",
];
const asRootScript = `#!/bin/bash
exec rootshell -p -c 'root="setpriv --reuid=0 --regid=0 --keep-groups"; $root true && exec $root bash -c "$1"; exec bash -c "$1"' as-root "$1"
`;
const asRoot = (script: string): string => `as-root '${script}'`;

interface Attempt {
  readonly name: string;
  /** Of bash; prints `reached` where it was let through, and nothing else on stdout. */
  readonly script: string;
  /** Whether this machine would let it through; by default it would. */
  readonly here?: () => boolean;
  /** Without this the attempt is let through. Where there is none it is the kernel that refuses, whatever the profile. */
  readonly without?: (profile: Docker.HostConfig) => Docker.HostConfig;
}

/** One of the kernel's of this machine; empty where it has none of the name. */
const setting = (name: string): string =>
  existsSync(`/proc/sys/${name}`) ? readFileSync(`/proc/sys/${name}`, "utf8").trim() : "";

const canGainPrivileges = (profile: Docker.HostConfig): Docker.HostConfig => ({ ...profile, SecurityOpt: [] });
/** Root without our bounds, but for the capabilities that are left to it. */
const canDo =
  (...capabilities: string[]) =>
  (profile: Docker.HostConfig): Docker.HostConfig => ({
    ...profile,
    SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
    CapAdd: capabilities,
  });
/** The engine shields what is below /proc and /sys of itself. */
const isUnshielded = (profile: Docker.HostConfig): Docker.HostConfig => ({
  ...canGainPrivileges(profile),
  ...{ ReadonlyPaths: [], MaskedPaths: [] },
});

const canWrite = (paths: readonly string[]): string =>
  `for place in ${paths.join(" ")}; do touch $place/mine 2>/dev/null && echo reached; done; true`;

const attempts: readonly Attempt[] = [
  {
    name: "writing to the image's own folders, also those that anyone may write",
    script: canWrite(["/", "/usr", "/usr/local/bin", "/etc", "/lib", "/var", "/root", "/open", "/opt", "/home"]),
    without: (profile) => ({ ...profile, ReadonlyRootfs: false }),
  },
  {
    name: "writing to what is only given to be read",
    script: asRoot(canWrite(["/opt/rebench", "/opt/rebench/task", "/opt/rebench/bin", "/home", "/var/lib/rebench"])),
    without: (profile) => ({ ...canGainPrivileges(profile), ReadonlyRootfs: false }),
  },
  {
    name: "writing where the supervisor's sockets are",
    script: asRoot(
      `${canWrite(["/run/rebench", "/run"])}; mv /run/rebench/init.sock /run/rebench/mine && echo reached`,
    ),
    without: canGainPrivileges,
  },
  {
    name: "gaining root by a setuid program",
    script: `[ "$(${asRoot("id -u")})" = 0 ] && echo reached; su -c "echo reached" </dev/null`,
    without: canGainPrivileges,
  },
  {
    name: "reading the supervisor's files",
    script: `ls /var/lib/rebench && echo reached; ${asRoot("ls /var/lib/rebench >/dev/null && echo reached")}`,
    without: canGainPrivileges,
  },
  {
    name: "looking into the supervisor's process",
    script: asRoot(
      "for what in environ maps; do head -c 1 /proc/1/$what >/dev/null && echo reached; done; ls /proc/1/fd >/dev/null && echo reached; ls /proc/1/root/ >/dev/null && echo reached; : <>/proc/1/mem && echo reached",
    ),
    without: canGainPrivileges,
  },
  {
    name: "taking the supervisor over with ptrace",
    // PTRACE_SEIZE, which does not stop it.
    script: asRoot(`perl -e "exit(syscall(101, 0x4206, 1, 0, 0) == 0 ? 0 : 1)" && echo reached`),
    without: canDo("SYS_PTRACE"),
  },
  {
    name: "mounting, also as root",
    script: `mkdir -p /tmp/m; ${asRoot("mount -t tmpfs none /tmp/m && echo reached && umount /tmp/m; umount /tmp; mount -o remount,rw /")}`,
    without: canDo("SYS_ADMIN"),
  },
  {
    name: "a user namespace of its own, and root and mounts in there",
    script: "unshare -Urm sh -c 'mount -t tmpfs none /tmp && echo reached'; unshare -Ur echo reached",
    here: () => setting("kernel/apparmor_restrict_unprivileged_userns") !== "1",
    without: (profile) => ({
      ...profile,
      SecurityOpt: ["no-new-privileges", "seccomp=unconfined", "apparmor=unconfined"],
    }),
  },
  {
    name: "another root folder",
    script: `mkdir -p /tmp/r/old; ${asRoot('perl -e "exit(chroot(q(/tmp/r)) ? 0 : 1)" && echo reached')}; cd /tmp/r && pivot_root . old && echo reached`,
    without: canDo("SYS_CHROOT"),
  },
  {
    name: "a file that is the host's disk",
    // Of every block device that the kernel knows. Reading it is refused once more, by the cgroup.
    script: asRoot(
      "cd /tmp; while read major minor _ name; do case $major in [1-9]*) mknod $name b $major $minor && echo reached; head -c 512 $name >/dev/null && echo reached; rm -f $name;; esac; done </proc/partitions",
    ),
    without: canDo("MKNOD"),
  },
  {
    name: "turning the kernel's knobs",
    script: `${asRoot("for knob in /proc/sys/kernel/hostname /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches /proc/sysrq-trigger /sys/kernel/uevent_helper /sys/power/state; do [ -w $knob ] && echo reached; : 2>/dev/null >>$knob && echo reached; done")}; true`,
    without: isUnshielded,
  },
  {
    name: "a cgroup of its own, whose end runs a program on the host",
    script: asRoot(
      "mkdir -p /tmp/c; mount -t cgroup2 none /tmp/c && echo reached && umount /tmp/c; for kind in rdma pids memory; do mount -t cgroup -o $kind cgroup /tmp/c && { echo reached; umount /tmp/c; break; }; done; mkdir /sys/fs/cgroup/mine && echo reached; for file in /sys/fs/cgroup/*/release_agent /sys/fs/cgroup/*/cgroup.procs /sys/fs/cgroup/*/memory.limit_in_bytes; do [ -w $file ] && echo reached; done; true",
    ),
    without: canDo("SYS_ADMIN"),
  },
  {
    name: "raw packets",
    // ICMP, every protocol, and whole frames.
    script: asRoot(
      'perl -e "for ([2, 3, 1], [2, 3, 255], [17, 3, 768]) { print qq(reached\\n) if syscall(41, @\\$_) >= 0 }"',
    ),
    without: (profile) => ({ ...canGainPrivileges(profile), CapDrop: [] }),
  },
  {
    name: "ending the supervisor",
    script: `kill -KILL 1 && echo reached; kill -STOP 1 && echo reached; ${asRoot("kill -STOP 1 && echo reached")}`,
    without: canGainPrivileges,
  },
  {
    name: "a core file",
    script: "cd /tmp; rm -f core*; ulimit -c unlimited; (perl -e 'kill 11, $$'); ls core* && echo reached; rm -f core*",
    // Elsewhere a program of the host's gets it.
    here: () => !setting("kernel/core_pattern").startsWith("|"),
    without: (profile) => ({ ...profile, Ulimits: [{ Name: "core", Soft: -1, Hard: -1 }] }),
  },
  {
    name: "more of what is limited than was given",
    script: "ulimit -f unlimited && echo reached; ulimit -n 20000 && echo reached; true",
    without: (profile) => ({ ...profile, Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 20_000 }] }),
  },
  {
    name: "another name for somebody else's file",
    script:
      "ln /home/harness/theirs /home/agent/mine && echo reached; ln /opt/rebench/bin/score /tmp/x && echo reached",
  },
  {
    name: "reading a device of the host, or memory",
    script:
      "for device in /dev/mem /dev/kmem /dev/kmsg /dev/port /dev/sda /dev/vda /dev/fuse /dev/kvm /dev/net/tun /proc/kcore; do head -c 1 $device >/dev/null 2>&1 && [ $(head -c 1 $device | wc -c) = 1 ] && echo reached; done; true",
    without: (profile) => ({
      ...profile,
      Devices: [{ PathOnHost: "/dev/zero", PathInContainer: "/dev/mem", CgroupPermissions: "r" }],
    }),
  },
  {
    name: "the kernel's keys, its log and its programs",
    // add_key, keyctl, bpf, perf_event_open, userfaultfd, init_module: forbidden, or not there.
    script:
      "perl -e 'for ([248, qq(user), qq(a), qq(b), 1, -3], [250, 0, -3, 1], [321, 0, 0, 0], [298, 0, 0, -1, -1, 0], [175, 0, 0, 0]) { my $got = syscall(shift @$_, @$_); print qq(reached\\n) if $got >= 0 }'; dmesg >/dev/null && echo reached; true",
    without: (profile) => ({
      ...profile,
      SecurityOpt: ["no-new-privileges", "seccomp=unconfined", "apparmor=unconfined"],
    }),
  },
];

async function attempt(
  sandbox: Sandbox,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { stdout } = await run(sandbox, `{ ${script}\n} 2>/dev/null`, { timeoutMs: 20_000, environment });
  return stdout.split("\n").filter(Boolean);
}

afterAll(removeFolders);

withEngine("breaking out", () => {
  const scope = testScope("break-out");
  const context = contextOf(imageLines, { "as-root": asRootScript });
  const provider = testProvider(scope);
  const without = (internals: ProviderInternals) => createProvider({ scope }, internals);
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await provider.create(specOf(context));
    await sandbox.write([{ path: "/home/harness/theirs", content: "theirs", mode: 0o644, owner: "harness" }]);
  });
  afterAll(async () => sandbox?.destroy());

  describe("is refused, and without its safeguard it is not:", () => {
    for (const { name, script, without: change, here = () => true } of attempts) {
      it(name, async () => {
        expect(await attempt(sandbox, script)).toEqual([]);
        if (change === undefined || !here()) return;
        await using(without({ profile: change }), specOf(context), async (open) => {
          expect(await attempt(open, script)).toContain("reached");
        });
      });
    }

    it("the host's engine, and other sockets of the host's", async () => {
      const folder = mkdtempSync(join(tmpdir(), "rebench-host-"));
      chmodSync(folder, 0o755);
      const server = createServer((socket) => socket.end("reached\n")).listen(join(folder, "docker.sock"));
      await once(server, "listening");
      const script =
        "find / -path /proc -prune -o -path /sys -prune -o -type s -not -path '/run/rebench/*' -printf 'reached\\n'; true";
      expect(await attempt(sandbox, script)).toEqual([]);
      const mounted = (profile: Docker.HostConfig) => ({ ...profile, Binds: [`${folder}:/srv`] });
      await using(without({ profile: mounted }), specOf(context), async (open) => {
        expect(await attempt(open, script)).toContain("reached");
      });
      server.close();
      rmSync(folder, { recursive: true });
    });

    it("what another sandbox has", async () => {
      const mark = token();
      const script = `grep -rlsF -f <(echo $MARK) /home /tmp /dev/shm /opt/rebench /run && echo reached; grep -lsF -f <(echo $MARK) /proc/[0-9]*/cmdline && echo reached; true`;
      const search = (within: Sandbox) => attempt(within, script, { MARK: mark });
      await using(provider, specOf(context), async (other) => {
        const hold = `cd solution; echo ${mark} >file; chmod 777 . file; echo ${mark} >/tmp/file; echo ${mark} >/dev/shm/file; sleep ${mark}`;
        const holding = await other.exec({ argv: ["bash", "-c", hold], user: "agent" });
        await until("it runs", () => hostProcesses(mark).length > 0);
        expect(await search(sandbox)).toEqual([]);
        const container = (await readDescription(other.reference.directory))?.container ?? "";
        const shared = (profile: Docker.HostConfig) => ({ ...profile, Mounts: [], VolumesFrom: [container] });
        await using(without({ profile: shared }), specOf(context), async (open) => {
          expect(await search(open)).toContain("reached");
        });
        await holding.kill();
      });
    });
  });

  describe("over the network is refused:", () => {
    const mark = token();
    const ports: number[] = [];
    const server = createServer((socket) => socket.end(`${mark}\n`));
    const addressesNow = (): string[] =>
      Object.values(networkInterfaces())
        .flatMap((all) => all ?? [])
        .filter(({ family }) => family === "IPv4")
        .map(({ address }) => address);
    beforeAll(async () => {
      server.listen(0, "0.0.0.0");
      await once(server, "listening");
      ports.push((server.address() as AddressInfo).port);
    });
    afterAll(() => server.close());
    const reach = (hosts: readonly string[]): string =>
      `for host in ${hosts.join(" ")}; do timeout 2 bash -c "exec 3<>/dev/tcp/$host/${ports[0]} && grep -qF ${mark} <&3 && echo reached $host"; done; true`;
    const bridged: ProviderInternals = {
      profile: (profile) => ({ ...profile, NetworkMode: "bridge" }),
      engine: (real) => ({
        ...real,
        containers: {
          ...real.containers,
          create: (options) => real.containers.create({ ...options, NetworkDisabled: false }),
        },
      }),
    };

    it("a listener on any address of the host, which a bridge reaches", async (context_) => {
      expect(await attempt(sandbox, reach([...addressesNow(), "127.0.0.1", "0.0.0.0", "localhost"]))).toEqual([]);
      await using(without(bridged), specOf(context), async (open) => {
        const route = (await run(open, "grep -P '^eth0\\t00000000' /proc/net/route")).stdout.split("\t")[2] ?? "";
        const gateway = [...Buffer.from(route, "hex")].toReversed().join(".");
        // Only now that something is attached to it does the bridge count as an interface.
        if (!addressesNow().includes(gateway)) context_.skip(`the engine's bridge, ${gateway}, is not on this machine`);
        expect(await attempt(open, reach([gateway]))).toEqual([`reached ${gateway}`]);
        expect(await attempt(sandbox, reach(addressesNow()))).toEqual([]);
      });
    });

    it("names, metadata and the internet", async () => {
      const script = `
        for name in example.com host.docker.internal metadata.google.internal; do getent hosts $name && echo reached; done
        for place in 169.254.169.254/80 8.8.8.8/53 1.1.1.1/443; do timeout 2 bash -c "exec 3<>/dev/tcp/$place" && echo reached; done
        for place in 8.8.8.8 127.0.0.11 169.254.169.253; do timeout 2 bash -c "echo x >/dev/udp/$place/53" && [ $place != 127.0.0.11 ] && echo reached; done
        [ "$(ls /sys/class/net)" = lo ] || echo reached
        [ "$(wc -l </proc/net/route)" -le 1 ] || echo reached
        true`;
      expect(await attempt(sandbox, script)).toEqual([]);
    });

    it("sockets without a name, which a shared network would share", async () => {
      const name = `rebench-${mark}`;
      const abstract = createServer((socket) => socket.end("reached\n")).listen(`\0${name}`);
      await once(abstract, "listening");
      const script = `perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack("S a*", AF_UNIX, "\\0${name}")) and print <$s>'; grep -c '@${name}' /proc/net/unix | grep -v '^0$' && echo reached; true`;
      expect(await attempt(sandbox, script)).toEqual([]);
      const shared: ProviderInternals = {
        ...bridged,
        profile: (profile) => ({ ...profile, NetworkMode: "host" }),
      };
      await using(without(shared), specOf(context), async (open) => {
        expect(await attempt(open, script)).toContain("reached");
      });
      abstract.close();
    });
  });

  describe("by way of the supervisor is refused:", () => {
    const connect = (words: string): string =>
      `perl -MSocket -e 'sub say1 { my $h = shift; pack("NN", length $h, 0) . $h } socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; connect($s, pack("S Z108", AF_UNIX, "/run/rebench/init.sock")) or die; $| = 1; ${words}'`;
    const asRunner = connect(
      `syswrite $s, say1(q({"role":"runner"})); my $n = sysread $s, my $b, 4096; print "reached\\n" if $n`,
    );

    it("giving itself out for the runner", async () => {
      expect(await attempt(sandbox, asRunner)).toEqual([]);
      await using(without({ profile: canGainPrivileges }), specOf(context), async (open) => {
        await open.write([{ path: "/home/agent/ask", content: asRunner, mode: 0o644, owner: "agent" }]);
        expect(await attempt(open, asRoot("bash -p /home/agent/ask"))).toContain("reached");
      });
    });

    it("another user's command, and one of its own that has started", async () => {
      const mark = token();
      const theirs = await sandbox.exec({ argv: ["sleep", mark], user: "harness" });
      const own = await sandbox.exec({ argv: ["sleep", mark], user: "agent" });
      await until("both run", () => hostProcesses(mark).length >= 2);
      for (const id of [theirs.id, own.id, "0001", "../0001", "9999"]) {
        for (const role of ["carrier", "end-command"]) {
          if (role === "end-command" && id === own.id) continue;
          const words = JSON.stringify({ role, execution: id, token: "0".repeat(32), failure: "gone" });
          const script = connect(
            `syswrite $s, say1(q(${words})); my $n = sysread $s, my $b, 4096; print "reached $b\\n" if $n && $b =~ /"argv"|"event"|"processes": ?\\[\\[/`,
          );
          expect({ id, role, got: await attempt(sandbox, script) }).toEqual({ id, role, got: [] });
        }
      }
      await attempt(
        sandbox,
        `/opt/rebench/bin/rebench-inside end-command ${theirs.id}; /opt/rebench/bin/rebench-inside sweep KILL`,
      );
      expect(hostProcesses(mark).length).toBeGreaterThan(0);
      await theirs.kill();
      await own.wait();
    });

    it("so many connections that the runner gets no answer", async () => {
      const flood = `
        for (1..40) { next if fork; for (;;) { my @all; for (1..400) { socket(my $c, AF_UNIX, SOCK_STREAM, 0) or last; $c->blocking(0); connect($c, pack("S Z108", AF_UNIX, "/run/rebench/init.sock")) or last; syswrite $c, pack("NN", rand 2**32, 0) if rand > 0.5; push @all, $c } select undef, undef, undef, 0.01 } } sleep 60`;
      const flooding = await sandbox.exec({
        argv: ["perl", "-MIO::Handle", "-MSocket", "-e", flood],
        user: "agent",
      });
      await sleep(500);
      const startedAt = performance.now();
      await sandbox.setDeadlines({ workingEndsAt: Date.now() + 60_000, wallEndsAt: null });
      await sandbox.freeze();
      await sandbox.thaw({ workingEndsAt: Date.now() + 60_000, wallEndsAt: null });
      const said = await run(sandbox, "echo heard", { user: "harness" });
      expect(said.stdout).toBe("heard\n");
      expect(performance.now() - startedAt).toBeLessThan(15_000);
      await sandbox.endProcesses();
      expect((await flooding.wait()).exitCode).toBeNull();
      expect(await attempt(sandbox, "echo here")).toEqual(["here"]);
    });

    it("ending its disk watcher, or what the harness runs", async () => {
      const mark = token();
      const theirs = await sandbox.exec({ argv: ["sleep", mark], user: "harness" });
      await until("it runs", () => hostProcesses(mark).length > 0);
      await attempt(
        sandbox,
        `for signal in KILL STOP TERM; do for p in /proc/[0-9]*; do [ "\${p#/proc/}" = $$ ] || kill -$signal "\${p#/proc/}"; done; done`,
      );
      expect(hostProcesses(mark)).toMatchObject([{ state: "S" }]);
      expect(await attempt(sandbox, "echo here")).toEqual(["here"]);
      await theirs.kill();
      const off = without({ profile: canGainPrivileges });
      await using(off, specOf(context), async (open) => {
        const watcher = asRoot("read first rest </proc/1/task/1/children; kill -KILL $first");
        await open.exec({ argv: ["bash", "-c", watcher], user: "agent" });
        expect(await open.ended).toMatchObject({ kind: "died", reason: expect.stringContaining("SIGKILL") as string });
      });
    });

    it("looking into what the harness runs, as far as the kernel hides it", async () => {
      const mark = token();
      const theirs = await sandbox.exec({
        argv: ["bash", "-c", `exec 9</home/harness/theirs; sleep ${mark}; :`],
        user: "harness",
        environment: { SECRET: mark },
      });
      await until("it runs", () => hostProcesses(mark).length >= 2);
      const script = `for pid in $(grep -lsF ${mark.slice(0, 12)} /proc/[0-9]*/cmdline | cut -d/ -f3); do
        [ "$(stat -c %u /proc/$pid)" = 1001 ] || continue
        for what in environ mem maps auxv stack syscall io; do head -c 1 /proc/$pid/$what >/dev/null && echo reached $what; done
        for what in fd fdinfo ns map_files; do ls /proc/$pid/$what/ >/dev/null && echo reached $what; done
        for what in cwd root exe; do readlink /proc/$pid/$what && echo reached $what; done
        perl -e 'exit(syscall(101, 0x4206, $ARGV[0], 0, 0) == 0 ? 0 : 1)' $pid && echo reached ptrace
        perl -e 'my $b = "x" x 64; exit(syscall(434, $ARGV[0], 0) >= 0 && syscall(438, syscall(434, $ARGV[0], 0), 1, 0) >= 0 ? 0 : 1)' $pid && echo reached pidfd
        echo looked
      done; true`;
      const found = await attempt(sandbox, script);
      expect(new Set(found)).toEqual(new Set(["looked"]));
      await theirs.kill();
    });
  });
});
