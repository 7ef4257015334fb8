using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Products of floats with a constant matrix, through RedGen.Runtime: one row by Dense, several by Gemm.</summary>
internal sealed class DenseKernel : Kernel
{
    /// <summary>Below this many outputs one row is computed as dot products over unpacked weights (<c>Dense.RowsLimit</c>).</summary>
    private const int RowsLimit = 8;

    /// <summary>
    /// Bytes of weights that are copied to where a cache line begins: each vector that crosses lines is two loads. Less is not worth it, and more waits for L2.
    /// </summary>
    private const int LeastAligned = 2048, MostAligned = 65536;

    /// <summary>Outputs up to which the loads of inputs outweigh those of weights: a vector's.</summary>
    private const int LeastAlignedOutputs = 16;

    /// <summary>Bytes of a hashed layer's weights to each of the zeros behind its biases.</summary>
    private const int MostPadding = 32;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (DenseLayer.TryRead(group, context) is not { } layer) return null;
        var hashed = HashedConstants.TryRead(group.Head.Inputs[1], layer.Weights, context);
        return HashedDenseKernel.TryPlan(group, layer, hashed, context.Options) ?? Plan(group, context, layer, hashed);
    }

    /// <inheritdoc/>
    public override IEnumerable<Step> Alternatives(NodeGroup group, KernelContext context)
    {
        if (DenseLayer.TryRead(group, context) is not { } layer) yield break;
        var hashed = HashedConstants.TryRead(group.Head.Inputs[1], layer.Weights, context);
        bool isFixed = context.Options.Weights is WeightTier.InPlace or WeightTier.Expand;
        Step first = TryPlan(group, context)!;
        yield return first;
        if (isFixed || hashed is null) yield break;
        // Whichever the compiler would not take by itself.
        if (HashedDenseKernel.TryPlan(group, layer, hashed, context.Options with { Weights = WeightTier.InPlace }) is { } inPlace && inPlace.Kernel != first.Kernel) yield return inPlace;
        Step expanded = Plan(group, context, layer, hashed);
        if (expanded.Kernel != first.Kernel) yield return expanded;
    }

    private static DenseStep Plan(NodeGroup group, KernelContext context, DenseLayer layer, HashedConstants? hashed)
    {
        Form form = layer.Rows > 1 || layer.Addend is not null ? Form.Gemm : layer.Outputs < RowsLimit ? Form.Rows : Form.Blocks;
        if (form == Form.Blocks && hashed is { ArePairs: true }) form = Form.Pairs;
        bool isSparse = form is Form.Blocks or Form.Pairs && SparseInputs.AreWorth(layer, context);
        return new DenseStep(layer, form, isSparse)
        {
            Nodes = group.Nodes,
            Inputs = [.. layer.Values],
            Outputs = [group.Last.Outputs[0]],
            Weights = Constants(layer, form, hashed),
            InPlaceInputs = layer.Addend is not null && layer.Addend != layer.Input ? [1] : [],
            MultiplyAdds = layer.MultiplyAdds,
            Cost = LoweringCounter.CostOf(SplitLayer.OfDense(layer, context.Hashed(group.Head.Inputs[1]))),
            Summary = group.Head.Operator.Name + " " + layer.Text + hashed?.Text + (isSparse ? ", without inputs of zero" : ""),
        };
    }

    /// <summary>What the kernel reads.</summary>
    private enum Form
    {
        Blocks,
        Pairs,
        Rows,
        Gemm,
    }

    private static ImmutableArray<Weight> Constants(DenseLayer layer, Form form, HashedConstants? hashed)
    {
        float[]? scales = null;
        Weight weights = form switch
        {
            Form.Pairs => hashed!.ToPairs(out scales),
            Form.Rows => hashed?.ToRows() ?? Weight.Of("Weights", layer.Weights),
            Form.Blocks => hashed?.ToBlocks() ?? Weight.Of("Weights", DensePacking.Pack(layer.Weights, layer.Inputs, layer.Outputs)),
            _ => hashed?.ToPanels() ?? Weight.Of("Weights", PanelPacking.Pack(layer.Weights, layer.Inputs, layer.Outputs, transposed: true)),
        };
        if (form is Form.Blocks or Form.Pairs && layer.Outputs > LeastAlignedOutputs && weights.RunBytes is >= LeastAligned and <= MostAligned) weights = weights.Aligned();
        ImmutableArray<Weight> all = [weights];
        bool isPadded = form is Form.Blocks or Form.Pairs && (hashed is null || IsWorthPadding(layer));
        // Second codes were given what is left of the allowed bytes: zeros that make the last vector whole are not counted in that.
        if (scales is not null) all = all.Add(Weight.Of("Scales", isPadded && hashed!.Matrix.Fine is null ? DensePacking.PadOutputs(scales) : scales));
        if (layer.Bias is null) return all;
        return all.Add(Weight.Of("Bias", isPadded ? DensePacking.PadOutputs(layer.Bias) : layer.Bias));
    }

    /// <summary>Whether zeros that make the last vector of biases whole are few beside a byte a weight.</summary>
    private static bool IsWorthPadding(DenseLayer layer)
        => MostPadding * sizeof(float) * (DensePacking.Padded(layer.Outputs) - layer.Outputs) <= (long)layer.Inputs * layer.Outputs;

    private sealed class DenseStep(DenseLayer layer, Form form, bool isSparse) : Step
    {
        public override string Kernel => (form == Form.Gemm ? "Gemm" : "Dense." + form) + (IsExpanded(Weights[0]) ? ".Expanded" : "");

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        private static bool IsExpanded(Weight weight) => weight.Expansion is not null || (weight.Transform is { } transform && IsExpanded(transform.Source));

        public override bool IsDivisible => form == Form.Gemm && layer.Rows > 1 && MultiplyAdds >= LeastDivided;

        public override void Emit(StepWriter writer)
        {
            string start = $"{writer.Input(0)}, {writer.Weight(0)}, {(form == Form.Pairs ? writer.WeightOf("Scales") + ", " : "")}{writer.WeightOf("Bias")}";
            string sizes = $"inputs: {layer.Inputs}, outputs: {layer.Outputs}, {layer.Activation.Expression});";
            writer.Line(form switch
            {
                Form.Gemm => $"Gemm.Run({start}, {(layer.Addend is null ? "default" : writer.Input(1))}, {writer.Output(0)}, rows: {layer.Rows}, depth: {layer.Inputs}, columns: {layer.Outputs}, {layer.Activation.Expression});",
                Form.Pairs => $"HashedDense.Run{(isSparse ? "Sparse" : "")}Pairs({start}, {writer.Output(0)}, {sizes}",
                Form.Rows => $"Dense.RunRows({start}, {writer.Output(0)}, {sizes}",
                _ => $"Dense.Run{(isSparse ? "Sparse" : "")}({start}, {writer.Output(0)}, {sizes}",
            });
        }
    }
}
