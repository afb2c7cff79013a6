import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"67. The circuit breaker counts outages, not answers","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0067-breaker-counts-outages.md","filePath":"docs/project/decisions/0067-breaker-counts-outages.md"}');
const _sfc_main = { name: "project/decisions/0067-breaker-counts-outages.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_67-the-circuit-breaker-counts-outages-not-answers" tabindex="-1">67. The circuit breaker counts outages, not answers <a class="header-anchor" href="#_67-the-circuit-breaker-counts-outages-not-answers" aria-label="Permalink to &quot;67. The circuit breaker counts outages, not answers&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>It first counted every failure. Five users that a guard blocked locked out all others, and five requests for an id that doesn&#39;t exist did the same. Then it counted every error that wasn&#39;t known to be permanent, and five texts that aren&#39;t JSON still locked out all others.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>By default only timeouts and transient errors are failures. The verdict of a GUARD, <code>retryable: false</code> and permanent errors count as successes.</p><ul><li>An unknown error counts neither way, because one user&#39;s input may be to blame. <code>stats()</code> and the note of the stage count it, so that a service whose errors have no status is found.</li><li>A failed child run counts neither way, because the circuits of its stages have counted it. Otherwise a guard in a child pipeline would lock users out as before.</li><li>An abort by the stage itself counts neither way. It says nothing about the service, so it must not reset the count of failures.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>isFailure</code> decides instead. A service that is down opens no circuit if its errors are plain <code>Error</code>s: they need a <code>status</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0067-breaker-counts-outages.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0067BreakerCountsOutages = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0067BreakerCountsOutages as default
};
