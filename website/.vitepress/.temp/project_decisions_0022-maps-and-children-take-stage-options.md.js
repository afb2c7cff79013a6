import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"22. A map and a child pipeline take the options of any stage","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0022-maps-and-children-take-stage-options.md","filePath":"docs/project/decisions/0022-maps-and-children-take-stage-options.md"}');
const _sfc_main = { name: "project/decisions/0022-maps-and-children-take-stage-options.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_22-a-map-and-a-child-pipeline-take-the-options-of-any-stage" tabindex="-1">22. A map and a child pipeline take the options of any stage <a class="header-anchor" href="#_22-a-map-and-a-child-pipeline-take-the-options-of-any-stage" aria-label="Permalink to &quot;22. A map and a child pipeline take the options of any stage&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>If you can skip a stage, you expect to be able to skip a child.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>withPipeline</code> and <code>withMap</code> take <code>join</code>, <code>when</code>, <code>onFailure</code> and the other options of stages. Those of interceptors count for <a href="/project/decisions/0146-items-of-a-map-are-stages">each item of a map</a>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A stage option doesn&#39;t need a second implementation for children.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0022-maps-and-children-take-stage-options.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0022MapsAndChildrenTakeStageOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0022MapsAndChildrenTakeStageOptions as default
};
