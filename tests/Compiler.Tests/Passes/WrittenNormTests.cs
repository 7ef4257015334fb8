using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>Normalisations that models write out in nodes become one step, and compute what the nodes say.</summary>
public sealed class WrittenNormTests
{
    [Theory]
    [InlineData(true, true, true, false)]
    [InlineData(true, false, true, true)]
    [InlineData(true, true, false, false)]
    [InlineData(false, false, true, false)]
    [InlineData(false, true, false, true)]
    public void A_normalisation_is_one_step(bool centers, bool hasShift, bool hasScale, bool powers)
    {
        using var model = CompiledModel.Compile(Norm(Begin(), centers, hasShift, hasScale, powers));
        Assert.Equal(["RowNorm.Vector"], model.Plan.Root.Steps.Select(s => s.Kernel));
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 2, 5, 12));
        Assert.Equal(0, model.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 1, 2, 5, 12)));
    }

    [Fact]
    public void What_is_read_between_keeps_the_nodes()
    {
        using var model = CompiledModel.Compile(Norm(Begin(), true, true, true, false).Output("variance"));
        Assert.DoesNotContain(model.Plan.Root.Steps, s => s.Kernel == "RowNorm.Vector");
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 2, 5, 12));
    }

    [Fact]
    public void Means_over_other_axes_keep_the_nodes()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(13).Input("x", ElementType.Float32, 2, 5, 12).Initializer("eps", [1e-5f]);
        writer.Node("ReduceMean", "x", "mean", n => n.Ints("axes", 1)).Node("Sub", "x,mean", "d").Node("Mul", "d,d", "q").Node("ReduceMean", "q", "variance", n => n.Ints("axes", 1))
            .Node("Add", "variance,eps", "v").Node("Sqrt", "v", "s").Node("Div", "d,s", "y").Output("y");
        using var model = CompiledModel.Compile(writer);
        Assert.DoesNotContain(model.Plan.Root.Steps, s => s.Kernel == "RowNorm.Vector");
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 2, 5, 12));
    }

    private static OnnxModelWriter Begin() => new OnnxModelWriter().Opset(13).Input("x", ElementType.Float32, 2, 5, 12)
        .Initializer("eps", [1e-3f]).Initializer("two", [2f])
        .Initializer("gamma", [.. Enumerable.Range(0, 12).Select(i => (i - 5f) / 3f)], 12).Initializer("beta", [.. Enumerable.Range(0, 12).Select(i => i / 7f)], 1, 1, 12);

    private static OnnxModelWriter Norm(OnnxModelWriter writer, bool centers, bool hasShift, bool hasScale, bool powers)
    {
        string d = "x";
        if (centers)
        {
            writer.Node("ReduceMean", "x", "mean", n => n.Ints("axes", -1)).Node("Sub", "x,mean", "d");
            d = "d";
        }

        writer.Node(powers ? "Pow" : "Mul", powers ? d + ",two" : d + "," + d, "q").Node("ReduceMean", "q", "variance", n => n.Ints("axes", 2));
        writer.Node("Add", "eps,variance", "v").Node("Sqrt", "v", "s").Node("Div", d + ",s", "n");
        string y = "n";
        if (hasScale)
        {
            writer.Node("Mul", "gamma," + y, "m");
            y = "m";
        }

        if (hasShift)
        {
            writer.Node("Add", y + ",beta", "b");
            y = "b";
        }

        return writer.Output(y);
    }
}
