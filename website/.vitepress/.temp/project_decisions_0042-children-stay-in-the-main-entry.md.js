import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"42. Children and maps stay in the main entry of core","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0042-children-stay-in-the-main-entry.md","filePath":"docs/project/decisions/0042-children-stay-in-the-main-entry.md"}');
const _sfc_main = { name: "project/decisions/0042-children-stay-in-the-main-entry.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_42-children-and-maps-stay-in-the-main-entry-of-core" tabindex="-1">42. Children and maps stay in the main entry of core <a class="header-anchor" href="#_42-children-and-maps-stay-in-the-main-entry-of-core" aria-label="Permalink to &quot;42. Children and maps stay in the main entry of core&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: size, shape and speed</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>As a separate entry they would save about 1.6 kB.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>withPipeline</code> and <code>withMap</code> are methods of <code>Pipeline</code>: otherwise TypeScript can&#39;t infer the types of <code>input</code> and <code>each</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Every app loads them.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0042-children-stay-in-the-main-entry.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0042ChildrenStayInTheMainEntry = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0042ChildrenStayInTheMainEntry as default
};
