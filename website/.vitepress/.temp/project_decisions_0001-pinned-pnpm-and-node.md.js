import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"1. A clone needs npm and Node 20, and installs the rest","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0001-pinned-pnpm-and-node.md","filePath":"docs/project/decisions/0001-pinned-pnpm-and-node.md"}');
const _sfc_main = { name: "project/decisions/0001-pinned-pnpm-and-node.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_1-a-clone-needs-npm-and-node-20-and-installs-the-rest" tabindex="-1">1. A clone needs npm and Node 20, and installs the rest <a class="header-anchor" href="#_1-a-clone-needs-npm-and-node-20-and-installs-the-rest" aria-label="Permalink to &quot;1. A clone needs npm and Node 20, and installs the rest&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A contributor should need two npm commands, <code>npm start</code> and <code>npm test</code>, and get the same tools as everyone else.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Both commands begin in plain scripts without dependencies (<code>scripts/setup/setup.mjs</code>). These run a pinned pnpm through <code>npx --yes</code> with the frozen lockfile. pnpm brings Node 24 as the npm package <code>node</code>.</p><p>Rejected:</p><ul><li>Corepack checks signatures that not every registry serves.</li><li><code>devEngines</code> makes npm itself fail.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Everyone runs the same Node and pnpm. Scripts that run before the installation use only modules of Node 20.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0001-pinned-pnpm-and-node.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0001PinnedPnpmAndNode = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0001PinnedPnpmAndNode as default
};
