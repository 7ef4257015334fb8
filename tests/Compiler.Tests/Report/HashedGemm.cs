using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Report;

/// <summary>
/// A layer small enough for figures by hand: two outputs of three inputs, w = (1 2 3; 2 4 6.5), hashed to the codebook 1, 2, 3 with the
/// scales 1 and 2, so that only 6.5 errs, by 0.5.
/// </summary>
internal static class HashedGemm
{
    /// <summary>The options that the plan was made with.</summary>
    public static CompilerOptions Options { get; } = new() { ClassName = "Tiny", Hashing = Hashing.Adaptive, Merging = Merging.None };

    /// <summary>The model with its plan file.</summary>
    public static ModelSource Source(double measuredError = 0.05, string inputs = "8 samples")
    {
        ModelSource source = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 3)
            .Initializer("w", [1f, 2f, 3f, 2f, 4f, 6.5f], 2, 3)
            .Initializer("b", [0.5f, -0.5f], 2)
            .Node("Gemm", "x,w,b", "y", n => n.Name("dense").Int("transB", 1))
            .Output("y", ElementType.Float32, 1, 2).ToSource("tiny.onnx");
        var matrix = new HashedMatrix(2, 3, [1, 2, 3], [1, 2], [0, 1, 2, 0, 1, 2]);
        var plan = new HashingPlan([new HashedLayer("w", matrix, [], 0.75)], 0.1, measuredError, 0.06, inputs);
        return source with { PlanText = PlanFile.Write(plan, source.Sha256, PlanFile.Fingerprint(Options, "")) };
    }

    /// <summary>The plan of a model that compiles without an error.</summary>
    public static ExecutionPlan Plan(ModelSource source, CompilerOptions options)
    {
        CompilationResult result = ModelCompiler.Compile(source, options);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        Assert.DoesNotContain(result.Diagnostics, d => d.Severity != Diagnostics.Severity.Info);
        return result.Plan!;
    }
}
