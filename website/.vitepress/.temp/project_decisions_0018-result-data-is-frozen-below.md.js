import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"18. result.data is frozen below its top level","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0018-result-data-is-frozen-below.md","filePath":"docs/project/decisions/0018-result-data-is-frozen-below.md"}');
const _sfc_main = { name: "project/decisions/0018-result-data-is-frozen-below.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_18-result-data-is-frozen-below-its-top-level" tabindex="-1">18. <code>result.data</code> is frozen below its top level <a class="header-anchor" href="#_18-result-data-is-frozen-below-its-top-level" aria-label="Permalink to &quot;18. \`result.data\` is frozen below its top level&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Stages share the data of a stage. The object that has the stages by name belongs to the caller of <code>run</code>.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The data of each stage is frozen; that object isn&#39;t.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The caller can add to <code>result.data</code>, and can&#39;t change the data of a stage.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0018-result-data-is-frozen-below.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0018ResultDataIsFrozenBelow = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0018ResultDataIsFrozenBelow as default
};
