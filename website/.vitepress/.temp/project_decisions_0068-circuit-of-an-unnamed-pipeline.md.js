import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"68. A circuit of a pipeline without a name belongs to its built graph","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0068-circuit-of-an-unnamed-pipeline.md","filePath":"docs/project/decisions/0068-circuit-of-an-unnamed-pipeline.md"}');
const _sfc_main = { name: "project/decisions/0068-circuit-of-an-unnamed-pipeline.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_68-a-circuit-of-a-pipeline-without-a-name-belongs-to-its-built-graph" tabindex="-1">68. A circuit of a pipeline without a name belongs to its built graph <a class="header-anchor" href="#_68-a-circuit-of-a-pipeline-without-a-name-belongs-to-its-built-graph" aria-label="Permalink to &quot;68. A circuit of a pipeline without a name belongs to its built graph&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>All pipelines without a name are called <code>pipeline</code>. By name, two would share circuits that have nothing to do with each other.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Each built graph has its own circuits, unless its pipeline has a name.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>export()</code> omits them.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0068-circuit-of-an-unnamed-pipeline.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0068CircuitOfAnUnnamedPipeline = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0068CircuitOfAnUnnamedPipeline as default
};
