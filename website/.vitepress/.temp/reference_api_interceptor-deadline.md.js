import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-deadline","description":"","frontmatter":{},"headers":[],"relativePath":"reference/api/interceptor-deadline.md","filePath":"website/api/@stageflow/interceptor-deadline.md"}');
const _sfc_main = { name: "reference/api/interceptor-deadline.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-deadline" tabindex="-1">@stageflow/interceptor-deadline <a class="header-anchor" href="#stageflow-interceptor-deadline" aria-label="Permalink to &quot;@stageflow/interceptor-deadline&quot;">​</a></h1><h2 id="interfaces" tabindex="-1">Interfaces <a class="header-anchor" href="#interfaces" aria-label="Permalink to &quot;Interfaces&quot;">​</a></h2><h3 id="deadlinebudget" tabindex="-1">DeadlineBudget <a class="header-anchor" href="#deadlinebudget" aria-label="Permalink to &quot;DeadlineBudget&quot;">​</a></h3><p>Defined in: packages/interceptor-deadline/src/options.ts:6</p><p>How long a stage is expected to take.</p><h4 id="properties" tabindex="-1">Properties <a class="header-anchor" href="#properties" aria-label="Permalink to &quot;Properties&quot;">​</a></h4><h5 id="expectedms" tabindex="-1">expectedMs <a class="header-anchor" href="#expectedms" aria-label="Permalink to &quot;expectedMs&quot;">​</a></h5><blockquote><p><code>readonly</code> <strong>expectedMs</strong>: <code>number</code></p></blockquote><p>Defined in: packages/interceptor-deadline/src/options.ts:8</p><p>How long a call of the stage is expected to take, in ms. A call doesn&#39;t begin if less time is left.</p><h2 id="functions" tabindex="-1">Functions <a class="header-anchor" href="#functions" aria-label="Permalink to &quot;Functions&quot;">​</a></h2><h3 id="deadline" tabindex="-1">deadline() <a class="header-anchor" href="#deadline" aria-label="Permalink to &quot;deadline()&quot;">​</a></h3><blockquote><p><strong>deadline</strong>(): <a href="/reference/api/core#interceptor"><code>Interceptor</code></a></p></blockquote><p>Defined in: packages/interceptor-deadline/src/deadline.ts:21</p><p>Fails the calls of stages with a <code>deadlineBudget</code> with <code>deadline/too-late</code>, without running the stage, if less time than expected is left until the deadline around them. A wrong budget is refused with <code>deadline/illegal-option</code> when the graph is built.</p><h4 id="returns" tabindex="-1">Returns <a class="header-anchor" href="#returns" aria-label="Permalink to &quot;Returns&quot;">​</a></h4><p><a href="/reference/api/core#interceptor"><code>Interceptor</code></a></p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("website/api/@stageflow/interceptor-deadline.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const interceptorDeadline = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  interceptorDeadline as default
};
