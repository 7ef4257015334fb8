using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Elementwise;

/// <summary>Which elementwise groups are calls of the library, and that they compute what the loops do.</summary>
public sealed class BinaryCallTests
{
    private const string Call = "Elementwise.Lanes";
    private const string Loops = "Elementwise.Vector";

    [Fact]
    public void Two_tensors_or_a_tensor_and_a_row_are_a_call()
    {
        using var models = new ModelBatch();
        foreach (string op in (string[])["Add", "Sub", "Mul", "Div"])
        {
            models.Add(op + "Tensors", new OnnxModelWriter().Input("x", ElementType.Float32, 3, 37).Input("z", ElementType.Float32, 3, 37).Node(op, "x,z", "y").Output("y"));
            models.Add(op + "Row", new OnnxModelWriter().Input("x", ElementType.Float32, 3, 37).Input("z", ElementType.Float32, 37).Node(op, "x,z", "y").Output("y"));
        }

        models.Add("RowFirst", new OnnxModelWriter().Input("x", ElementType.Float32, 37).Input("z", ElementType.Float32, 3, 37).Node("Mul", "x,z", "y").Output("y"));
        Assert.All(models.Models, static m => Assert.Equal(Call, Assert.Single(m.Plan.Root.Steps).Kernel));
        models.Check(seed: 11);
    }

    [Fact]
    public void A_tensor_times_a_row_plus_a_row_is_a_call()
    {
        using var models = new ModelBatch();
        models.Add("scale", new OnnxModelWriter().Input("x", ElementType.Float32, 5, 40).Input("s", ElementType.Float32, 40).Input("t", ElementType.Float32, 40)
            .Node("Mul", "s,x", "m").Node("Add", "t,m", "y").Output("y"));
        Assert.Equal(Call, Assert.Single(Assert.Single(models.Models).Plan.Root.Steps).Kernel);
        models.Check(seed: 12);
    }

    [Fact]
    public void Everything_else_stays_loops()
    {
        using var models = new ModelBatch();
        models.Add("RowMinus", new OnnxModelWriter().Input("x", ElementType.Float32, 37).Input("z", ElementType.Float32, 3, 37).Node("Sub", "x,z", "y").Output("y"));
        models.Add("Column", new OnnxModelWriter().Input("x", ElementType.Float32, 3, 37).Input("z", ElementType.Float32, 3, 1).Node("Add", "x,z", "y").Output("y"));
        models.Add("Middle", new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3, 37).Input("z", ElementType.Float32, 2, 1, 37).Node("Add", "x,z", "y").Output("y"));
        models.Add("Twice", new OnnxModelWriter().Input("x", ElementType.Float32, 3, 37).Input("z", ElementType.Float32, 37).Node("Mul", "x,z", "m").Node("Add", "m,m", "y").Output("y"));
        models.Add("Outer", new OnnxModelWriter().Input("x", ElementType.Float32, 3, 1).Input("z", ElementType.Float32, 37).Node("Mul", "x,z", "y").Output("y"));
        Assert.All(models.Models.SelectMany(static m => m.Plan.Root.Steps), static s => Assert.Equal(Loops, s.Kernel));
        models.Check(seed: 13);
    }
}
