import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"36. A failed dependency isn't a skipped branch","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0036-failed-dependency-is-no-branch.md","filePath":"docs/project/decisions/0036-failed-dependency-is-no-branch.md"}`);
const _sfc_main = { name: "project/decisions/0036-failed-dependency-is-no-branch.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_36-a-failed-dependency-isn-t-a-skipped-branch" tabindex="-1">36. A failed dependency isn&#39;t a skipped branch <a class="header-anchor" href="#_36-a-failed-dependency-isn-t-a-skipped-branch" aria-label="Permalink to &quot;36. A failed dependency isn&#39;t a skipped branch&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p><code>all</code> needs one ok dependency, so that a join behind branches runs with the branch that was taken. With <code>onStageFailure: &#39;continue&#39;</code>, work behind a guard that threw ran as soon as another dependency was ok. A stage that read the data of the guard failed with a second, misleading error.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>With <code>onStageFailure: &#39;continue&#39;</code>, <code>all</code> and <code>every</code> skip a dependent of a failed stage, because its data is missing and a broken guard must still hold. A stage skipped because of a failure counts as failed for its own dependents. A GUARD doesn&#39;t accept <code>onFailure: &#39;skip&#39;</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The type of an input is true, although it doesn&#39;t depend on the run option. If one failure skips two dependencies at the same instant, the order in which they count is undefined for <code>every</code> and a quorum.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0036-failed-dependency-is-no-branch.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0036FailedDependencyIsNoBranch = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0036FailedDependencyIsNoBranch as default
};
