import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"6. tsc -b builds the packages, without a bundler","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0006-plain-tsc.md","filePath":"docs/project/decisions/0006-plain-tsc.md"}');
const _sfc_main = { name: "project/decisions/0006-plain-tsc.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_6-tsc-b-builds-the-packages-without-a-bundler" tabindex="-1">6. <code>tsc -b</code> builds the packages, without a bundler <a class="header-anchor" href="#_6-tsc-b-builds-the-packages-without-a-bundler" aria-label="Permalink to &quot;6. \`tsc -b\` builds the packages, without a bundler&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Packages are published as ES modules, for bundlers and for Node.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>tsc -b</code> builds everything. Sources import each other with <code>.ts</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A build of everything takes half a second. Declaration maps lead to real sources, and <code>dist</code> is readable. Node 24 runs examples and documentation without a build.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0006-plain-tsc.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0006PlainTsc = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0006PlainTsc as default
};
