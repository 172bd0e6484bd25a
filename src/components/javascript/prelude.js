// Gives a program `require` and `console`; `host` has what they are made of.
(host) => {
  const text = (value) => {
    if (typeof value === "object" && value !== null && !(value instanceof Error)) {
      try { return JSON.stringify(value); } catch (_) { /* a cycle */ }
    }
    return String(value);
  };
  const format = (first, ...rest) => {
    if (typeof first === "string") {
      first = first.replace(/%[sdj%]/g, (verb) => {
        if (verb === "%%") return "%";
        if (rest.length === 0) return verb;
        const value = rest.shift();
        return verb === "%d" ? String(Number(value)) : verb === "%j" ? JSON.stringify(value) : String(value);
      });
    }
    return [first, ...rest].map(text).join(" ");
  };
  const console = {};
  for (const level of ["log", "info", "warn", "error", "debug"]) {
    console[level] = (...args) => host.log(level, format(...args));
  }

  const folderOf = (path) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) || "/" : ".");
  const join = (folder, name) => {
    const parts = [];
    for (const part of `${folder}/${name}`.split("/")) {
      if (part === ".." && parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
      else if (part === ".." || (part !== "." && part !== "")) parts.push(part);
    }
    return (folder.startsWith("/") ? "/" : "") + parts.join("/");
  };
  const modules = new Map();
  const native = { console };

  const find = (path) => {
    for (const file of [path, `${path}.js`, `${path}.json`]) {
      const code = host.read(file);
      if (code !== undefined && code !== null) return { file, code };
    }
    const description = host.read(`${path}/package.json`);
    const main = description ? JSON.parse(description).main : undefined;
    if (main && join(path, main) !== path) {
      const found = find(join(path, main));
      if (found) return found;
    }
    return path.endsWith("/index") ? undefined : find(`${path}/index`);
  };
  const search = (from, name) => {
    if (name.startsWith("/")) return find(name);
    if (/^\.\.?(\/|$)/.test(name)) return find(join(from, name));
    for (let folder = from; ; folder = folderOf(folder)) {
      const found = find(join(folder, `node_modules/${name}`));
      if (found) return found;
      if (folder === "." || folder === "/") break;
    }
    for (const folder of host.folders) {
      const found = find(join(folder, name));
      if (found) return found;
    }
    return undefined;
  };
  const requireFrom = (from) => (name) => {
    if (Object.hasOwn(native, name)) return native[name];
    const found = search(from, name);
    if (!found) throw new Error(`the module '${name}' is not there`);
    const known = modules.get(found.file);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(found.file, module);
    try {
      if (found.file.endsWith(".json")) {
        module.exports = JSON.parse(found.code);
      } else {
        const folder = folderOf(found.file);
        const run = new Function("exports", "require", "module", "__filename", "__dirname", found.code);
        run.call(module.exports, module.exports, requireFrom(folder), module, found.file, folder);
      }
    } catch (error) {
      modules.delete(found.file);
      throw error;
    }
    return module.exports;
  };
  globalThis.console = console;
  globalThis.require = requireFrom(folderOf(host.main));
}
