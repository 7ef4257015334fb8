using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.State;

/// <summary>Which states a model has, and what is said of an option that does not fit it.</summary>
public sealed class StatePairsTests
{
    [Theory]
    [InlineData("", "h←hn")]
    [InlineData("none", "")]
    [InlineData("h=hn", "h←hn")]
    [InlineData("h = y", "h←y")]
    [InlineData("x=y,h=hn", "x←y h←hn")]
    [InlineData("q=hn", "RG0017: RedGenState='q=hn' is not understood: the model has no such input; its inputs are x, h")]
    [InlineData("h=q", "RG0017: RedGenState='h=q' is not understood: the model has no such output; its outputs are y, hn, wide")]
    [InlineData("h=wide", "RG0017: RedGenState='h=wide' is not understood: a state keeps its type and shape; the input is float32 1×4, the output float32 2×4")]
    [InlineData("h=hn,h=y", "RG0017: RedGenState='h=y' is not understood: 'h' is in another pair already")]
    [InlineData("h=hn,x=hn", "RG0017: RedGenState='x=hn' is not understood: 'hn' is in another pair already")]
    [InlineData("h", "RG0017: RedGenState='h' is not understood: accepted: none, or input=output pairs separated by commas, such as h=hn,c=cn; 'h' is none")]
    public void The_option_goes_before_the_names(string option, string expected) => Assert.Equal(expected, Describe(Cell(), option));

    [Fact]
    public void Two_outputs_that_could_be_the_next_value_leave_a_doubt()
        => Assert.Equal("", Describe(Cell().Node("Neg", "h", "h_out").Output("h_out"), ""));

    [Fact]
    public void A_network_that_gives_nothing_else_has_no_state_unless_it_is_told_to()
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("state_in", ElementType.Float32, 3).Node("Neg", "state_in", "state_out").Output("state_out");
        Assert.Equal("", Describe(model, ""));
        Assert.Equal("state_in←state_out", Describe(model, "state_in=state_out"));
    }

    [Fact]
    public void A_state_that_grows_is_none()
        => Assert.Equal("", Describe(new OnnxModelWriter().Input("x", ElementType.Float32, 1, 4).Input("past_key", ElementType.Float32, 3, 4)
            .Node("Concat", "past_key,x", "present_key", n => n.Int("axis", 0)).Node("Neg", "x", "y").Output("y").Output("present_key"), ""));

    [Fact]
    public void An_initializer_that_the_file_lists_as_an_input_becomes_a_state_where_the_option_says_so()
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 2).Input("h", ElementType.Float32, 2).Initializer("h", [3f, 4f], 2)
            .Node("Add", "x,h", "hn").Node("Neg", "hn", "y").Output("y").Output("hn");
        Assert.Equal("", Describe(model, ""));
        CompilationResult result = ModelCompiler.Compile(model.ToSource(), TestOptions.Exact with { State = "h=hn" });
        Assert.Equal([3f, 4f], result.Plan!.States.Single().Initial!.AsSpan<float>().ToArray());
        Assert.Equal(["x", "h"], result.Plan.Graph.Inputs.Select(i => i.Name));
    }

    private static OnnxModelWriter Cell() => new OnnxModelWriter().Input("x", ElementType.Float32, 1, 4).Input("h", ElementType.Float32, 1, 4)
        .Node("Add", "x,h", "hn").Node("Neg", "hn", "y").Node("Concat", "x,h", "wide", n => n.Int("axis", 0)).Output("y").Output("hn").Output("wide");

    private static string Describe(OnnxModelWriter model, string option)
    {
        var diagnostics = new DiagnosticBag();
        CompilerOptions options = OptionTable.Apply(TestOptions.Exact, [new("RedGenState", option)], diagnostics);
        CompilationResult result = ModelCompiler.Compile(model.ToSource(), options);
        string[] problems = [.. diagnostics.ToImmutable().Concat(result.Diagnostics).Select(d => d.ToString()!)];
        return problems.Length > 0 ? string.Join("; ", problems) : string.Join(" ", result.Plan!.States.Select(s => s.Input + "←" + s.Output));
    }
}
