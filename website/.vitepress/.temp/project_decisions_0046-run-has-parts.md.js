import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"46. A run is composed of parts","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0046-run-has-parts.md","filePath":"docs/project/decisions/0046-run-has-parts.md"}');
const _sfc_main = { name: "project/decisions/0046-run-has-parts.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_46-a-run-is-composed-of-parts" tabindex="-1">46. A run is composed of parts <a class="header-anchor" href="#_46-a-run-is-composed-of-parts" aria-label="Permalink to &quot;46. A run is composed of parts&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: size, shape and speed</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>One run was an object of 61 fields and about 90 methods, in four classes that inherited from each other.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>PipelineRun</code> has <code>RunFacts</code>, a <code>StageLoop</code>, a <code>Stopping</code> and a <code>Notebook</code>. One <code>phase</code> replaces <code>begun</code>, <code>over</code>, <code>concluding</code>, <code>silent</code>, <code>closed</code> and seven more flags.</p><ul><li><code>RunFacts</code> is a class in <code>report/</code>, not an interface. Records, outcomes and contexts read it directly. Only objects of the folders above (<code>Loop</code>, <code>Stop</code>, the context of the run) are interfaces, in <code>call/host.ts</code>.</li><li><code>Stopping</code> is created on first use, because most runs have no limit and no signal.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Synchronous stages cost about 5% more (<a href="/project/decisions/0051-speed-needs-a-row">decision 51</a>).</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0046-run-has-parts.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0046RunHasParts = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0046RunHasParts as default
};
