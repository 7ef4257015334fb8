using System;
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

    /// <summary>A convolution, by tiles where there are any; null where its geometry is not the runtime's. Input 1 is the zero point where that is of run time.</summary>
    public static Step? Convolution(
        ImmutableArray<Node> nodes, ConvLayer layer, ImmutableArray<string> inputs, int? inputZero, string output, QuantizedWeights weights, QuantizedEnding ending, bool isChannelsLast,
        QuantizedTileWorkspace? tiles)
    {
        if (layer.IsEmpty || !layer.Window.IsSpatial || layer.Taps > IntegerMatMulKernel.IntDepth) return null;
        QuantizedWorkspace workspace = Workspace(layer);
        if (workspace.Band > WorkspaceLimit) return null;
        return new ConvolutionStep(layer, inputZero, weights.Zero, ending, isChannelsLast, tiles)
        {
            Nodes = nodes,
            Inputs = inputs,
            Outputs = [output],
            Weights = [Constant(weights.Pack(layer.Groups, workspace)), .. ending.Constants],
            WorkspaceLength = Math.Max(workspace.Length, (int)(tiles?.Length ?? 0)) + (isChannelsLast ? 0 : MoveLength(layer, ending)),
            WorkspaceType = ElementType.Int32,
            MultiplyAdds = layer.MultiplyAdds,
            KernelWork = tiles is null ? null : QuantizedTiles.Work(layer, tiles),
            Summary = "Conv " + layer.Text + " in integers" + (tiles is null ? "" : ", Winograd F(4×4)") + ending.Text + (isChannelsLast ? ", channels last" : ""),
        };
    }

    /// <summary>A product; null where it is empty or too deep.</summary>
    public static Step? Product(ImmutableArray<Node> nodes, int rows, ImmutableArray<string> inputs, int? inputZero, string output, QuantizedWeights weights, QuantizedEnding ending)
    {
        if (rows == 0 || weights.Channels == 0 || weights.Taps == 0 || weights.Taps > IntegerMatMulKernel.IntDepth) return null;
        var workspace = QuantizedWorkspace.OfProduct(rows, weights.Taps, weights.Channels);
        return new ProductStep(rows, weights, inputZero, ending, nodes.First(n => n.Operator.Name is not ("DequantizeLinear" or "QuantizeLinear")).Operator.Name)
        {
            Nodes = nodes,
            Inputs = inputs,
            Outputs = [output],
            Weights = [Constant(weights.Pack(1, workspace)), .. ending.Constants],
            WorkspaceLength = workspace.Length,
            WorkspaceType = ElementType.Int32,
            MultiplyAdds = (long)rows * weights.Taps * weights.Channels,
            Summary = $"{rows}×{weights.Taps} by {weights.Taps}×{weights.Channels} in integers" + ending.Text,
        };
    }

    private static QuantizedWorkspace Workspace(ConvLayer layer)
    {
        WindowAxis[] axes = layer.Window.Axes;
        return new QuantizedWorkspace(
            layer.Groups, layer.InChannels, layer.OutChannels, [.. axes.Select(a => a.Out)], [.. axes.Select(a => a.Kernel)],
            [.. axes.Select(a => a.Stride)], [.. axes.Select(a => a.Dilation)]);
    }

    /// <summary>Integers of workspace for input and output in the other order: QuantizedPlanes.WorkspaceLength has the same.</summary>
    private static int MoveLength(ConvLayer layer, QuantizedEnding ending)
        => ((layer.Batch * layer.InChannels * layer.Window.InLength) + 3) / 4 + (((layer.Batch * layer.OutChannels * layer.Window.OutLength * ending.ResultBytes) + 3) / 4);

    private static Weight Constant(sbyte[] weights)
        => new("Weights", ElementType.Int8, System.Runtime.InteropServices.MemoryMarshal.AsBytes(System.MemoryExtensions.AsSpan(weights)).ToArray());

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

    private sealed class ConvolutionStep(ConvLayer layer, int? inputZero, int weightZero, QuantizedEnding ending, bool isChannelsLast, QuantizedTileWorkspace? tiles)
        : QuantizedStep(inputZero, weightZero, ending)
    {
        public override string Kernel => tiles is not null ? QuantizedTiles.Name : isChannelsLast ? "ChannelsLast.Integers" : "Conv.Integers";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        internal override bool KeepsFilters => tiles is not null;

        public override string Stem => "Conv";

        internal override void EmitMembers(SourceWriter code, string method)
        {
            if (tiles is null) return;
            code.Line();
            code.Line($"/// <summary>The transformed weights of <see cref=\"{method}\">the layer</see>, from its second run on.</summary>");
            code.Line($"private static readonly QuantizedFilters {method}Filters = new QuantizedFilters({Number((int)tiles.FilterLength)});");
        }

        public override void Emit(StepWriter writer)
        {
            ConvShapeText.Write(writer, layer);
            WriteResult(writer);
            if (tiles is not null)
            {
                writer.Line($"QuantizedWinograd.Run({Operands(writer)}, shape, result, {writer.Method}Filters);");
                return;
            }

            writer.Line($"{(isChannelsLast ? "QuantizedConvolution" : "QuantizedPlanes")}.Run({Operands(writer)}, shape, result);");
        }
    }

    private sealed class ProductStep(int rows, QuantizedWeights weights, int? inputZero, QuantizedEnding ending, string stem) : QuantizedStep(inputZero, weights.Zero, ending)
    {
        public override string Kernel => "Gemm.Integers";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override string Stem => stem;

        public override void Emit(StepWriter writer)
        {
            WriteResult(writer);
            writer.Line($"QuantizedGemm.Run({Operands(writer)}, rows: {Number(rows)}, depth: {Number(weights.Taps)}, columns: {Number(weights.Channels)}, result);");
        }
    }
}
