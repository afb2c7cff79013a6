import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"86. context.wait gives the slot away, context.codeLeft waits for code","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0086-wait-and-code-left.md","filePath":"docs/project/decisions/0086-wait-and-code-left.md"}');
const _sfc_main = { name: "project/decisions/0086-wait-and-code-left.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_86-context-wait-gives-the-slot-away-context-codeleft-waits-for-code" tabindex="-1">86. <code>context.wait</code> gives the slot away, <code>context.codeLeft</code> waits for code <a class="header-anchor" href="#_86-context-wait-gives-the-slot-away-context-codeleft-waits-for-code" aria-label="Permalink to &quot;86. \`context.wait\` gives the slot away, \`context.codeLeft\` waits for code&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>During the backoff of a retry, the stage kept its slot of <code>maxConcurrency</code>. Idempotency polled every 50 ms for code that had been abandoned.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>context.codeLeft()</code> resolves when none of the stage&#39;s code is running, including abandoned code. <code>context.wait(ms)</code> waits on the clock and gives the slot of the stage to other stages meanwhile.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>During the backoff of <code>interceptor-retry</code>, other stages use the slot. <code>interceptor-idempotency</code> releases a claim when the code has returned.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0086-wait-and-code-left.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0086WaitAndCodeLeft = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0086WaitAndCodeLeft as default
};
