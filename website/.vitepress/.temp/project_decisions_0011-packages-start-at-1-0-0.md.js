import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"11. Packages start at 1.0.0 in the tree","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0011-packages-start-at-1-0-0.md","filePath":"docs/project/decisions/0011-packages-start-at-1-0-0.md"}');
const _sfc_main = { name: "project/decisions/0011-packages-start-at-1-0-0.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_11-packages-start-at-1-0-0-in-the-tree" tabindex="-1">11. Packages start at 1.0.0 in the tree <a class="header-anchor" href="#_11-packages-start-at-1-0-0-in-the-tree" aria-label="Permalink to &quot;11. Packages start at 1.0.0 in the tree&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Under <code>^0</code>, every minor version of core would be out of the range of its plugins.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>All packages have version 1.0.0 before their first release. Their first notes are minor.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The first release is 1.1.0.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0011-packages-start-at-1-0-0.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0011PackagesStartAt100 = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0011PackagesStartAt100 as default
};
