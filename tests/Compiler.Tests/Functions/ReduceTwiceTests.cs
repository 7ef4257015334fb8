using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Functions;

/// <summary>Reductions over axes with kept ones between them.</summary>
public sealed class ReduceTwiceTests
{
    private static readonly string[] Names = ["ReduceL1", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"];

    private static readonly long[][] Axes = [[0, 2, 3], [1, 3], [0, 2]];

    [Fact]
    public void Two_groups_of_axes_are_reduced_one_after_the_other()
    {
        using var models = new ModelBatch();
        foreach (string name in Names)
        {
            foreach (long[] axes in Axes)
            {
                models.Add(name + " over " + string.Join(",", axes), new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 3, 5, 4, 6).Initializer("a", axes, axes.Length)
                    .Node(name, "x,a", "y", n => n.Int("keepdims", axes.Length == 2 ? 1 : 0)).Output("y"));
            }
        }

        Assert.All(models.Models, m => Assert.Equal("Reduce.Simd.Twice", Assert.Single(m.Plan.Root.Steps).Kernel));
        models.Build();
        foreach (CompiledModel model in models.Models) model.AssertAgrees(2e-5, 2e-5, RandomTensor.Of(ElementType.Float32, 1, 3, 5, 4, 6));
    }
}
