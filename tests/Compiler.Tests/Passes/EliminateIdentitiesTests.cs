using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

public sealed class EliminateIdentitiesTests
{
    private static OnnxModelWriter Writer() => new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3, 4);

    private static string After(OnnxModelWriter writer) => Rewriting.Run(writer.Output("y"), new EliminateIdentities()).Operators();

    /// <summary>Neighbours whose arithmetic no identity is.</summary>
    private static OnnxModelWriter Between(OnnxModelWriter writer, string op, string inputs, System.Action<OnnxNodeWriter>? write = null)
        => writer.Node("Tanh", "x", "h").Node(op, inputs, "i", write).Node("Sin", "i", "y");

    [Theory]
    [InlineData("Identity")]
    [InlineData("Dropout")]
    [InlineData("Clip")]
    public void Nodes_that_do_nothing_go(string op) => Assert.Equal("Tanh Sin", After(Between(Writer(), op, "h")));

    [Fact]
    public void An_unread_mask_does_not_keep_a_Dropout()
        => Assert.Equal("Tanh Sin", After(Writer().Node("Tanh", "x", "h").Node("Dropout", "h", "i,mask").Node("Sin", "i", "y")));

    [Theory]
    [InlineData("Mul", 1f)]
    [InlineData("Div", 1f)]
    [InlineData("Pow", 1f)]
    [InlineData("Add", -0f)]
    [InlineData("Sub", 0f)]
    public void Neutral_elements_go(string op, float neutral)
        => Assert.Equal("Tanh Sin", After(Between(Writer().Initializer("c", [neutral]), op, "h,c")));

    [Theory]
    [InlineData("Add", 0f)] // -0 + 0 is 0
    [InlineData("Sub", -0f)]
    [InlineData("Mul", -1f)]
    [InlineData("Mul", 1.0000001f)]
    public void What_changes_a_bit_stays(string op, float number)
        => Assert.Equal("Tanh " + op + " Sin", After(Between(Writer().Initializer("c", [number]), op, "h,c")));

    [Fact]
    public void A_neutral_element_that_broadcasts_to_another_shape_stays()
        => Assert.Equal("Tanh Mul Sin", After(Between(Writer().Initializer("c", [1f], 1, 1, 1, 1), "Mul", "h,c")));

    [Fact]
    public void Integers_lose_their_zeros()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Int64, 3).Initializer("zero", new long[1], 1).Node("Add", "zero,x", "h").Node("Neg", "h", "y");
        Assert.Equal("Neg", After(writer));
    }

    [Fact]
    public void Transposes_compose()
    {
        OnnxModelWriter writer = Writer().Node("Transpose", "x", "a", n => n.Ints("perm", 2, 0, 1)).Node("Transpose", "a", "y", n => n.Ints("perm", 2, 1, 0));
        Graph graph = Rewriting.Run(writer.Output("y"), new EliminateIdentities());
        Assert.Equal([1, 0, 2], graph.Nodes[0].Permutation(3));
        Assert.Single(graph.Nodes);
    }

    [Fact]
    public void A_transpose_and_its_inverse_go()
        => Assert.Equal("Tanh Sin", After(Writer().Node("Tanh", "x", "h").Node("Transpose", "h", "a", n => n.Ints("perm", 2, 0, 1))
            .Node("Transpose", "a", "b", n => n.Ints("perm", 1, 2, 0)).Node("Sin", "b", "y")));

    [Fact]
    public void A_transpose_that_only_moves_axes_of_length_1_is_a_view()
        => Assert.Equal("Reshape", After(new OnnxModelWriter().Input("x", ElementType.Float32, 1, 3, 1, 4).Node("Transpose", "x", "y", n => n.Ints("perm", 1, 2, 3, 0))));

    [Fact]
    public void Views_of_views_read_the_first_input()
        => Assert.Equal("Reshape", After(Writer().Initializer("s", [6L, 4], 2).Initializer("axis", [0L], 1)
            .Node("Reshape", "x,s", "a").Node("Unsqueeze", "a,axis", "b").Node("Flatten", "b", "y")));

    [Fact]
    public void A_reversing_slice_is_no_identity()
        => Assert.Equal("Tanh Slice Sin", After(Between(Writer().Initializer("start", [2L], 1).Initializer("end", [-9L], 1).Initializer("axis", [1L], 1).Initializer("step", [-1L], 1), "Slice", "h,start,end,axis,step")));

    [Fact]
    public void A_pad_that_moves_is_no_identity()
        => Assert.Equal("Tanh Pad Sin", After(Between(Writer().Initializer("p", [0L, 0, 1, 0, 0, -1], 6), "Pad", "h,p")));

    [Fact]
    public void A_reduction_over_axes_of_length_1_is_a_view()
        => Assert.Equal("Reshape", After(new OnnxModelWriter().Input("x", ElementType.Float32, 3, 1, 1).Node("ReduceMean", "x", "y", n => n.Ints("axes", 1, 2).Int("keepdims", 0))));

    [Fact]
    public void From_input_to_output_something_must_stay()
        => Assert.Equal("Identity", After(Writer().Node("Identity", "x", "y")));

    [Fact]
    public void Outputs_in_the_middle_keep_their_names_and_values()
    {
        OnnxModelWriter writer = Writer().Node("Tanh", "x", "h").Node("Identity", "h", "y").Node("Identity", "h", "z").Node("Sin", "y", "s").Output("s").Output("z").Output("h");
        Assert.Equal("Tanh Identity Identity Sin", After(writer));
    }

    [Fact]
    public void Subgraphs_read_on()
    {
        OnnxModelWriter writer = Writer().Input("c", ElementType.Bool).Node("Tanh", "x", "h").Node("Identity", "h", "i")
            .Node("If", "c", "y", n => n.Graph("then_branch", g => g.Node("Neg", "i", "t").Output("t")).Graph("else_branch", g => g.Node("Abs", "i", "e").Output("e"))).Output("y");
        Graph before = writer.ToModel().Graph;
        TensorType type = new(ElementType.Float32, Shape.Of(2, 3, 4));
        before = new Graph(before.Name, before.Inputs, before.Outputs, before.Nodes, before.Initializers, before.Types.SetItem("h", type).SetItem("i", type));
        Graph after = Rewriting.Apply(new EliminateIdentities(), before);
        Assert.Empty(GraphValidator.Validate(after));
        Assert.Equal("Tanh If", after.Operators());
    }
}
