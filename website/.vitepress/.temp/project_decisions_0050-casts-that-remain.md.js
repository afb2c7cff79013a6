import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"50. 19 casts of as unknown as remain","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0050-casts-that-remain.md","filePath":"docs/project/decisions/0050-casts-that-remain.md"}');
const _sfc_main = { name: "project/decisions/0050-casts-that-remain.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_50-19-casts-of-as-unknown-as-remain" tabindex="-1">50. 19 casts of <code>as unknown as</code> remain <a class="header-anchor" href="#_50-19-casts-of-as-unknown-as-remain" aria-label="Permalink to &quot;50. 19 casts of \`as unknown as\` remain&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: size, shape and speed</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Core had 42. Some types can&#39;t be declared by a class.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>19 remain, each for one of six reasons:</p><ul><li>Types that the compiler computes from a pipeline, which no class can declare: <code>Pipeline</code>, <code>DefineStage</code>, <code>StageGraph</code>, <code>PipelineResult</code>, <code>StageInputs</code> (10).</li><li>The public type of an output is a union, its class is one (2).</li><li>An object of another copy has the fields of the class, but isn&#39;t an instance (2).</li><li>A function used as a constructor, for the class of <code>result.data</code> (2).</li><li>A layer takes only contexts that core made (2).</li><li>Options that are checked by a table of rules (1).</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A new cast needs a reason of its own.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0050-casts-that-remain.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0050CastsThatRemain = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0050CastsThatRemain as default
};
