using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>Layers with hashed weights as loops of their own, where the cost model prefers that to the dense kernels (LoweringChoice).</summary>
internal sealed class HashedLayerKernel : Kernel
{
    /// <summary>Floats of workspace beyond which the dense kernels serve better.</summary>
    private const long WorkspaceLimit = 1 << 26;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (group.Head.Inputs.Length < 2 || context.Hashed(group.Head.Inputs[1]) is null) return null;
        if (Read(group, context) is not { } operands) return null;
        SplitLayer layer = operands.Layer;
        if (!IsShared(layer, context.Options)) return null;
        if (Choose(layer, context.Options) is not { } work) return null;
        SplitLoops loops = SplitLoops.Of(layer, work.Lowering);
        ImmutableArray<Weight>.Builder weights = ImmutableArray.CreateBuilder<Weight>();
        weights.AddRange(loops.Constants);
        if (loops.NeedsScales && layer.Magnitudes.ScaledOutputs > 0) weights.Add(Weight.Of("Scales", [.. layer.Magnitudes.Scales]));
        if (operands.Bias is { } bias) weights.Add(Weight.Of("Bias", bias));
        return new HashedLayerStep(loops, work, operands.Activation)
        {
            Nodes = group.Nodes,
            Inputs = operands.Addend is null ? [operands.Input] : [operands.Input, operands.Addend],
            InputNames = ["x", "residual"],
            Outputs = [group.Last.Outputs[0]],
            Weights = weights.ToImmutable(),
            WorkspaceLength = (int)(loops.WorkspaceLength + SplitText.PairsLength(layer)),
            MultiplyAdds = layer.MultiplyAdds,
            Cost = LoweringCounter.CostOf(layer),
            Summary = group.Head.Operator.Name + " " + operands.Text + ", " + work.Name(layer),
        };
    }

    /// <summary>Whether the kernel would take a group.</summary>
    public static bool Serves(NodeGroup group, KernelContext context)
        => group.Head.Inputs.Length >= 2 && context.Hashed(group.Head.Inputs[1]) is not null
            && Read(group, context) is { } operands && IsShared(operands.Layer, context.Options) && Choose(operands.Layer, context.Options) is not null;

    /// <summary>Whether products are shared at all: those of two codes may be as many as the weights.</summary>
    private static bool IsShared(SplitLayer layer, CompilerOptions options) => options.OnlyLowering is not null || LoweringCounter.CostOf(layer) is not null;

    private static LoweringWork? Choose(SplitLayer layer, CompilerOptions options)
    {
        if (options.OnlyLowering is { } only) return LoweringCounter.Of(layer, only);
        List<LoweringWork> possible = [.. LoweringCounter.All(layer).Where(w => SplitLoops.Of(layer, w.Lowering).WorkspaceLength + SplitText.PairsLength(layer) <= WorkspaceLimit)];
        return LoweringChoice.Choose(options.Lowering, layer.MultiplyAdds, possible);
    }

    private static Operands? Read(NodeGroup group, KernelContext context)
    {
        Node head = group.Head;
        HashedMatrix? matrix = context.Hashed(head.Inputs[1]);
        if (DenseLayer.TryRead(group, context) is { } dense)
        {
            return SplitLayer.OfDense(dense, matrix) is { } product
                ? new Operands(product, dense.Input, dense.Bias, dense.Addend, dense.Activation, dense.Text)
                : null;
        }

        if (head.Operator.Name != "Conv" || Epilogue.TryRead(group.Nodes, context) is not { } epilogue) return null;
        float[]? bias = null;
        if (head.HasInput(2))
        {
            if (context.Constant(head.Inputs[2]) is not { } b) return null;
            bias = b.AsSpan<float>().ToArray();
        }

        ConvLayer geometry = ConvLayer.Read(head, context);
        if (!geometry.Window.IsSpatial) return null;
        return SplitLayer.OfConv(geometry, context.Constant(head.Inputs[1])!.AsSpan<float>(), matrix) is { } layer
            ? new Operands(layer, head.Inputs[0], Epilogue.Sum(bias, epilogue.Bias), epilogue.Residual, epilogue.Activation, geometry.Text + epilogue.Text)
            : null;
    }

    /// <summary>What a layer reads and how it ends.</summary>
    private sealed record Operands(SplitLayer Layer, string Input, float[]? Bias, string? Addend, FusedActivation Activation, string Text);
}
