using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>Convolutions and products of 8-bit integers with constant weights, through RedGen.Runtime.</summary>
internal static class QuantizedSteps
{
    /// <summary>Elements of workspace beyond which plain loops serve better: only absurd paddings or dilations ask for that.</summary>
    private const double WorkspaceLimit = 1 << 26;

    /// <summary>A convolution; null where its geometry is not the runtime's. Input 1 is the zero point where that is of run time.</summary>
    public static Step? Convolution(ImmutableArray<Node> nodes, ConvLayer layer, ImmutableArray<string> inputs, int? inputZero, string output, QuantizedWeights weights, QuantizedEnding ending)
    {
        if (layer.IsEmpty || !layer.Window.IsSpatial || layer.Taps > IntegerMatMulKernel.IntDepth || WorkspaceLength(layer) is not { } workspace) return null;
        return new ConvolutionStep(layer, inputZero, weights.Zero, ending)
        {
            Nodes = nodes,
            Inputs = inputs,
            Outputs = [output],
            Weights = [Constant(weights), .. ending.Constants],
            WorkspaceLength = workspace,
            WorkspaceType = ElementType.Int32,
            MultiplyAdds = layer.MultiplyAdds,
            Summary = "Conv " + layer.Text + " in integers" + ending.Text,
        };
    }

    /// <summary>A product; null where it is empty or too deep.</summary>
    public static Step? Product(ImmutableArray<Node> nodes, int rows, ImmutableArray<string> inputs, int? inputZero, string output, QuantizedWeights weights, QuantizedEnding ending)
    {
        if (rows == 0 || weights.Channels == 0 || weights.Taps == 0 || weights.Taps > IntegerMatMulKernel.IntDepth) return null;
        return new ProductStep(rows, weights, inputZero, ending, nodes.First(n => n.Operator.Name is not ("DequantizeLinear" or "QuantizeLinear")).Operator.Name)
        {
            Nodes = nodes,
            Inputs = inputs,
            Outputs = [output],
            Weights = [Constant(weights), .. ending.Constants],
            WorkspaceLength = QuantizedWorkspace.OfProduct(weights.Taps),
            WorkspaceType = ElementType.Int32,
            MultiplyAdds = (long)rows * weights.Taps * weights.Channels,
            Summary = $"{rows}×{weights.Taps} by {weights.Taps}×{weights.Channels} in integers" + ending.Text,
        };
    }

    /// <summary>The runtime's workspace; null where it is out of proportion.</summary>
    private static int? WorkspaceLength(ConvLayer layer)
    {
        WindowAxis[] axes = layer.Window.Axes;
        var workspace = new QuantizedWorkspace(
            layer.InChannels / layer.Groups, [.. axes.Select(a => a.In)], [.. axes.Select(a => a.Out)], [.. axes.Select(a => a.Kernel)],
            [.. axes.Select(a => a.Stride)], [.. axes.Select(a => a.Dilation)], [.. axes.Select(a => a.Before)]);
        return workspace.Planes > WorkspaceLimit ? null : workspace.Length;
    }

    private static Weight Constant(QuantizedWeights weights)
        => new("Weights", ElementType.Int8, System.Runtime.InteropServices.MemoryMarshal.AsBytes(System.MemoryExtensions.AsSpan(weights.Rows)).ToArray());

    private abstract class QuantizedStep(int? inputZero, int weightZero, QuantizedEnding ending) : Step
    {
        protected string Operands(StepWriter writer) => $"{writer.Input(0)}, {(inputZero is { } zero ? Number(zero) : writer.Input(1) + "[0]")}, {writer.Weight(0)}, {Number(weightZero)}, {writer.Output(0)}, {writer.Workspace}";

        protected void WriteResult(StepWriter writer)
        {
            string call = ending.Call;
            for (int i = 1; i < Weights.Length; i++) call = call.Replace("{" + Number(i - 1) + "}", writer.Weight(i));
            writer.Line("QuantizedResult result = " + call + ";");
        }

        protected static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class ConvolutionStep(ConvLayer layer, int? inputZero, int weightZero, QuantizedEnding ending) : QuantizedStep(inputZero, weightZero, ending)
    {
        public override string Kernel => "Conv.Integers";

        public override string Stem => "Conv";

        public override void Emit(StepWriter writer)
        {
            ConvShapeText.Write(writer, layer);
            WriteResult(writer);
            writer.Line($"QuantizedConvolution.Run({Operands(writer)}, shape, result);");
        }
    }

    private sealed class ProductStep(int rows, QuantizedWeights weights, int? inputZero, QuantizedEnding ending, string stem) : QuantizedStep(inputZero, weights.Zero, ending)
    {
        public override string Kernel => "Gemm.Integers";

        public override string Stem => stem;

        public override void Emit(StepWriter writer)
        {
            WriteResult(writer);
            writer.Line($"QuantizedGemm.Run({Operands(writer)}, rows: {Number(rows)}, depth: {Number(weights.Taps)}, columns: {Number(weights.Channels)}, result);");
        }
    }
}
