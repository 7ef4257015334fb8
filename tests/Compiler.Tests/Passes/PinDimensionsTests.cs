using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

public sealed class PinDimensionsTests
{
    private static (Graph Graph, Diagnostic[] Diagnostics) Pin(OnnxModelWriter writer, params (string Name, int Value)[] dims)
    {
        var bag = new DiagnosticBag();
        CompilerOptions options = new();
        foreach ((string name, int value) in dims) options = options with { Dims = options.Dims.SetItem(name, value) };
        Graph graph = PinDimensions.Run(writer.ToModel().Graph, options, bag);
        return (graph, [.. bag.ToImmutable()]);
    }

    private static string[] Shapes(OnnxModelWriter writer, params (string Name, int Value)[] dims)
    {
        (Graph graph, Diagnostic[] diagnostics) = Pin(writer, dims);
        Assert.Empty(diagnostics);
        Assert.Empty(GraphValidator.Validate(graph));
        Assert.All(graph.Inputs, i => Assert.Equal(i.Type, graph.TypeOf(i.Name)));
        return [.. graph.Inputs.Select(i => ((TensorType)i.Type!).Shape!.ToString())];
    }

    private static OnnxModelWriter Model(params OnnxDim[] dims) => new OnnxModelWriter().Input("x", ElementType.Float32, dims).Output("x");

    [Fact]
    public void Fixed_dimensions_stay() => Assert.Equal(["2×3"], Shapes(Model(2, 3)));

    [Theory]
    [InlineData("batch")]
    [InlineData("N")]
    [InlineData("unk__17")]
    [InlineData("s0")]
    [InlineData("p2o.DynamicDimension.0")]
    public void A_leading_dimension_is_a_batch_of_one(string symbol) => Assert.Equal(["1×3"], Shapes(Model(symbol, 3)));

    [Fact]
    public void A_leading_dimension_needs_no_name() => Assert.Equal(["1×3"], Shapes(Model(OnnxDim.Unknown, 3)));

    [Theory]
    [InlineData("batch_size")]
    [InlineData("unk__3")]
    public void A_list_of_batch_length_has_one_element(string symbol) => Assert.Equal(["1"], Shapes(Model(symbol)));

    [Fact]
    public void A_batch_may_stand_elsewhere() => Assert.Equal(["5×1×3"], Shapes(Model(5, "batch", 3)));

    [Fact]
    public void A_symbol_has_one_value_in_all_inputs()
    {
        OnnxModelWriter model = Model("n1", 3).Input("z", ElementType.Float32, 2, "n1");
        Assert.Equal(["1×3", "2×1"], Shapes(model));
        Assert.Equal(["6×3", "2×6"], Shapes(model, ("n1", 6)));
        Assert.Equal(["6×3", "2×6"], Shapes(model, ("z:1", 6)));
    }

    [Fact]
    public void Options_pin_symbols_and_unnamed_axes()
        => Assert.Equal(["4×128×7"], Shapes(Model("batch", "seq", OnnxDim.Unknown), ("batch", 4), ("seq", 128), ("x:2", 7)));

    [Fact]
    public void A_fixed_axis_may_be_repeated() => Assert.Equal(["2×3"], Shapes(Model(2, 3), ("x:0", 2)));

    [Fact]
    public void Names_with_colons_are_names() => Assert.Equal(["1×9"], Shapes(new OnnxModelWriter().Input("x:0", ElementType.Float32, "b", OnnxDim.Unknown).Output("x:0"), ("x:0:1", 9)));

    [Fact]
    public void What_is_missing_is_asked_for_with_one_line_to_paste()
    {
        (_, Diagnostic[] diagnostics) = Pin(Model("seq", "batch", OnnxDim.Unknown, "height").Input("z", ElementType.Int64, "batch", "seq"), ("batch", 2));
        Assert.All(diagnostics, d => Assert.Equal("RG0010", d.Id));
        Assert.Equal(3, diagnostics.Length);
        Assert.Equal(
            "input 'x' has shape seq×batch×?×height: its dimension 0 ('seq') needs a value; add RedGenDims=\"batch=2,seq=128,x:2=128,height=224\" to the model's item",
            diagnostics[0].Message);
        Assert.EndsWith("RedGenDims=\"batch=2,seq=128,x:2=128,height=224\" to the model's item", diagnostics[2].Message, System.StringComparison.Ordinal);
    }

    [Fact]
    public void The_line_to_paste_is_accepted()
        => Assert.Equal(["128×2×128×224", "2×128"], Shapes(Model("seq", "batch", OnnxDim.Unknown, "height").Input("z", ElementType.Int64, "batch", "seq"), ("batch", 2), ("seq", 128), ("x:2", 128), ("height", 224)));

    [Theory]
    [InlineData("ghost", 1, "the open dimensions are batch, x:1")]
    [InlineData("x:5", 1, "the open dimensions are batch, x:1")]
    [InlineData("x:1", -1, "not negative")]
    [InlineData("x:2", 4, "the model fixes it to 3")]
    public void What_does_not_fit_the_model_is_refused(string name, int value, string why)
    {
        (Graph graph, Diagnostic[] diagnostics) = Pin(Model("batch", OnnxDim.Unknown, 3), (name, value));
        Assert.Contains(diagnostics, d => d.Id == "RG0017" && d.Message.Contains(why, System.StringComparison.Ordinal));
        Assert.False(((TensorType)graph.Inputs[0].Type!).IsStatic);
    }

    [Fact]
    public void An_open_dimension_is_one_problem_and_not_one_of_every_node_behind_it()
    {
        OnnxModelWriter model = Model("batch", "seq").Node("Shape", "x", "s").Node("Nonsense", "x", "n").Node("Transpose", "x", "t").Node("MatMul", "x,t", "y").Output("y").Output("s").Output("n");
        string[] Ids(CompilerOptions options) => [.. ModelCompiler.Compile(model.ToSource(), options).Diagnostics.Select(d => d.Id)];
        Assert.Equal(["RG0010", "RG0007"], Ids(TestOptions.Exact));
        Assert.Equal(["RG0017", "RG0010", "RG0007"], Ids(TestOptions.Exact with { Dims = TestOptions.Exact.Dims.Add("ghost", 2) }));
    }

    [Fact]
    public void One_symbol_cannot_have_two_values()
        => Assert.Equal("RG0017", Assert.Single(Pin(Model("n", 2), ("n", 3), ("x:0", 4)).Diagnostics).Id);

    [Fact]
    public void Stated_shapes_with_symbols_are_forgotten_everywhere()
    {
        OnnxType open = OnnxType.Tensor(ElementType.Float32, "batch", 3);
        (Graph graph, _) = Pin(Model("batch", 3).Input("c", ElementType.Bool).Node("Relu", "x", "h").ValueInfo("h", open).Node("Neg", "h", "k").ValueInfo("k", OnnxType.Tensor(ElementType.Float32, 1, 3))
            .Node("If", "c", "y", n => n.Graph("then_branch", g => g.Node("Abs", "h", "t").Output("t", open)).Graph("else_branch", g => g.Output("k"))).Output("y", open));
        Assert.Equal("float32 of unknown rank", graph.TypeOf("h")!.ToString());
        Assert.Equal("float32 1×3", graph.TypeOf("k")!.ToString());
        Assert.Equal("float32 of unknown rank", graph.Outputs.Single(o => o.Name == "y").Type!.ToString());
        Assert.Equal("float32 of unknown rank", graph.Nodes[2].Attributes.Graph("then_branch")!.Outputs[0].Type!.ToString());
    }
}
