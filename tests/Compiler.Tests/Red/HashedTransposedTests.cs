using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Transposed convolutions with hashed weights.</summary>
public sealed class HashedTransposedTests
{
    [Theory]
    [InlineData(1, true, true)]
    [InlineData(2, false, true)]
    [InlineData(2, true, false)]
    public void Generated_code_expands_the_indices(int groups, bool levels, bool scaled)
    {
        const int Inputs = 6, Outputs = 4, Taps = 9;
        HashedMatrix matrix = HashedModel.Matrix(groups, Outputs, Inputs / groups * Taps, 9, levels, scaled);
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 2, Inputs, 5, 4)
            .Initializer("w", new float[Inputs * Outputs / groups * Taps], Inputs, Outputs / groups, 3, 3)
            .Node("ConvTranspose", "x,w", "h", n => n.Int("group", groups).Ints("strides", 2, 1).Ints("pads", 1, 0, 1, 1)).Node("Relu", "h", "y").Output("y");
        using var model = CompiledModel.Compile(HashedModel.Source(writer, "w", matrix), HashedModel.Options);
        HashedModel.AssertAgrees(model, 1e-5, "transposed", HashedModel.Inputs(model, 3));
        Assert.Contains("HashedWeights.ToTransposedPanels(", model.Result.Sources[1].Text, System.StringComparison.Ordinal);
        Step step = Assert.Single(model.Plan.Root.Steps);
        Assert.Equal(2L * Inputs * 20 * (Outputs / groups) * Taps, step.MultiplyAdds);
        Assert.True(step.Multiplications < step.MultiplyAdds);
        Assert.Equal(0, model.AllocatedBytes(HashedModel.Inputs(model, 1)));
    }

    [SharedFact("models")]
    public void A_generator_keeps_its_outputs()
    {
        string file = System.IO.Path.Combine(SharedData.Root, "models", "cgan-32-1ch-bn", "model.onnx");
        CompilationResult result = ModelCompiler.Compile(SharedData.Load(file), new CompilerOptions());
        Assert.Contains(result.Plan!.Graph.Nodes, n => n.Operator.Name == "ConvTranspose" && result.Plan.Reduction.Hashed.ContainsKey(n.Inputs[1]));
        Assert.DoesNotContain(result.Plan.Graph.Nodes, n => n.Operator.Name == "BatchNormalization" && n.Name == "BatchNormalization_5");
        Assert.True(result.Plan.Reduction.MeasuredError < 0.03);
    }
}
