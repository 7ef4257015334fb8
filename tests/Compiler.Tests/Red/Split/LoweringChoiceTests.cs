using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Red.Splitting;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Splitting;

/// <summary>Which code a hashed layer becomes on which target, and what unrolled code looks like.</summary>
public sealed class LoweringChoiceTests
{
    [Fact]
    public void Vector_targets_keep_the_dense_kernels_and_scalar_ones_split()
    {
        string Kernel(Lowering lowering)
        {
            HashedMatrix matrix = Ternary(16, 8 * 9);
            OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 8, 12, 12).Initializer("w", matrix.ToRows(), 16, 8, 3, 3)
                .Node("Conv", "x, w", "y", n => n.Ints("pads", 1, 1, 1, 1)).Output("y");
            return Assert.Single(Compile(model, matrix, lowering).Plan!.Root.Steps, s => s.Stem == "Conv").Kernel;
        }

        Assert.Equal("ChannelsLast.Winograd.4x4", Kernel(Lowering.Auto));
        Assert.StartsWith("Hashed.", Kernel(Lowering.Scalar), StringComparison.Ordinal);
        Assert.StartsWith("Hashed.", Kernel(Lowering.Fewest), StringComparison.Ordinal);
    }

    [Fact]
    public void The_cost_of_a_step_does_not_depend_on_the_code_that_is_chosen()
    {
        ModelSource digits = ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn());
        LoweringCount?[][] costs = [.. Enum.GetValues<Lowering>().Select(l
            => ModelCompiler.Compile(digits, new CompilerOptions { Hashing = Hashing.Adaptive, Lowering = l }).Plan!.Root.Steps.Where(s => !s.Nodes.IsEmpty).Select(s => s.Cost).ToArray())];
        Assert.All(costs, c => Assert.Equal(costs[0], c));
        Assert.Contains(costs[0], c => c is not null);
    }

    [Theory]
    [InlineData(10, 1000, 9000, false)] // Vectors do a thousand multiply-adds while scalars do a hundred additions.
    [InlineData(10, 10, 9000, true)]
    public void A_vector_target_splits_only_where_next_to_nothing_is_left(long multiplications, long additions, long multiplyAdds, bool splits)
    {
        var work = new LoweringWork(SplitLowering.OutputSums, multiplications, multiplications, additions, 3 * additions);
        Assert.Equal(splits, LoweringChoice.Choose(Lowering.Auto, multiplyAdds, [work]) is not null);
        Assert.Same(work, LoweringChoice.Choose(Lowering.Fewest, multiplyAdds, [work]));
        Assert.Same(work, LoweringChoice.Choose(Lowering.Scalar, multiplyAdds, [work]));
    }

    [Fact]
    public void Unrolled_code_shares_products_of_an_input_and_doubles_by_adding()
    {
        string code = Unrolled(Lowering.Auto, 2, 6, [-1.5f, 0, 1, 2, 4], [4, 1, 3, 0, 2, 1, 0, 4, 3, 3, 1, 2]);
        Assert.Contains("float x0_1 = 1.5f * x0;", code, StringComparison.Ordinal);
        Assert.Contains("float x0_2 = x0 + x0;", code, StringComparison.Ordinal);
        Assert.Contains("float x0_3 = x0_2 + x0_2;", code, StringComparison.Ordinal);
        Assert.Contains("y[0] = x0_3;", code, StringComparison.Ordinal);
        Assert.Contains("= x0_2 - x1_1;", code, StringComparison.Ordinal);
        Assert.DoesNotContain("0f *", code, StringComparison.Ordinal);

        // The count of the reports as code: a product by 2 is a multiplication.
        Assert.Contains("float x0_2 = 2f * x0;", Unrolled(Lowering.Fewest, 2, 6, [-1.5f, 0, 1, 2, 4], [4, 1, 3, 0, 2, 1, 0, 4, 3, 3, 1, 2]), StringComparison.Ordinal);
    }

    [Fact]
    public void Unrolled_code_sums_inputs_of_equal_weights_where_that_is_fewer_multiplications()
    {
        string code = Unrolled(Lowering.Auto, 6, 1, [-0.25f, 0, 0.25f, 1], [2, 0, 1, 2, 3, 0]);
        Assert.Contains("float sum0 = x4", code, StringComparison.Ordinal);
        Assert.Contains("+ 0.25f * (x0 + x3 - x1 - x5);", code, StringComparison.Ordinal);
        Assert.DoesNotContain("x2", code, StringComparison.Ordinal);
    }

    private static string Unrolled(Lowering lowering, int inputs, int outputs, float[] codebook, byte[] indices)
    {
        var matrix = new HashedMatrix(outputs, inputs, [.. codebook], [], indices);
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, inputs)
            .Initializer("w", matrix.ToRows(), outputs, inputs).Node("Gemm", "x, w", "y", n => n.Int("transB", 1)).Output("y");
        CompilationResult result = Compile(model, matrix, lowering);
        Assert.Equal("Hashed.Unrolled", Assert.Single(result.Plan!.Root.Steps).Kernel);
        return result.Sources[0].Text;
    }

    private static HashedMatrix Ternary(int outputs, int columns)
        => new(outputs, columns, [-0.5f, 0, 0.5f], [], [.. Enumerable.Range(0, outputs * columns).Select(i => (byte)(i * 7 % 5 % 3))]);

    private static CompilationResult Compile(OnnxModelWriter model, HashedMatrix matrix, Lowering lowering)
    {
        ModelSource source = model.ToSource();
        var options = new CompilerOptions { Hashing = Hashing.Adaptive, Lowering = lowering, Merging = Merging.None };
        var plan = new HashingPlan([new HashedLayer("w", matrix, [], 1)], 0.1, double.NaN, 0, "");
        CompilationResult result = ModelCompiler.Compile(source with { PlanText = PlanFile.Write(plan, source.Sha256, PlanFile.Fingerprint(options, source.SamplesSha256)) }, options);
        Assert.Empty(result.Diagnostics);
        return result;
    }
}
