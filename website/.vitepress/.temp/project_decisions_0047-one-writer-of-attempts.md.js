import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"47. Only StageFacts writes attempts","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0047-one-writer-of-attempts.md","filePath":"docs/project/decisions/0047-one-writer-of-attempts.md"}');
const _sfc_main = { name: "project/decisions/0047-one-writer-of-attempts.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_47-only-stagefacts-writes-attempts" tabindex="-1">47. Only <code>StageFacts</code> writes attempts <a class="header-anchor" href="#_47-only-stagefacts-writes-attempts" aria-label="Permalink to &quot;47. Only \`StageFacts\` writes attempts&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: size, shape and speed</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Two mechanisms recorded the attempts of a stage.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>StageFacts</code> writes them. It also records whether the stage&#39;s own code settled it, so a repeat reads the verdict of its guard there. Failures that the engine made of a throw or a mistake are marked (<code>Output.isByEngine</code>).</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>There is no <code>AttemptLog</code> class, because it would be another object for every wrapped stage. The log is part of <code>StageFacts</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0047-one-writer-of-attempts.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0047OneWriterOfAttempts = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0047OneWriterOfAttempts as default
};
