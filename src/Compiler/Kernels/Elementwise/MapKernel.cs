using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>One activation of a whole tensor of floats, which RedGen.Runtime has for every width of vector.</summary>
internal sealed class MapKernel : Kernel
{
    /// <summary>Fewer elements are written out.</summary>
    private const int Minimum = 17;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        string x = group.Head.Inputs.Length > 0 ? Data(group.Head, context) : "";
        if (x.Length == 0 || context.ElementType(x) != ElementType.Float32 || context.Options.IsScalar) return null;
        if (context.Count(x) < Minimum || context.Type(x) != context.Type(group.Last.Outputs[0]) || Activation(group, x, context) is not { } activation) return null;
        return new MapStep(activation)
        {
            Nodes = group.Nodes,
            Inputs = [x],
            Outputs = [group.Last.Outputs[0]],
            InPlaceInputs = [0],
            Summary = activation.Name + " over " + context.Type(x).Shape,
        };
    }

    private static string Data(Node node, KernelContext context)
    {
        foreach (string input in node.Inputs)
            if (input.Length > 0 && context.Constant(input) is null) return input;
        return "";
    }

    private static FusedActivation? Activation(NodeGroup group, string x, KernelContext context)
    {
        if (group.Nodes.Length == 2 && Epilogue.IsSilu(group.Nodes[0], group.Nodes[1], x)) return FusedActivation.Silu;
        if (!group.IsSingle) return WrittenGelu.TryRead(group.Nodes, 0, x, context, out int count) is { } gelu && count == group.Nodes.Length ? gelu : null;
        return group.Head.Operator.QualifiedName switch
        {
            "Erf" or "Exp" or "Log" or "Sin" or "Cos" or "Asin" or "Acos" or "Atan" => new("default(" + group.Head.Operator.Name + ")", group.Head.Operator.Name),
            _ => group.Head.Inputs[0] == x ? FusedActivation.TryRead(group.Head, context) : null,
        };
    }

    private sealed class MapStep(FusedActivation activation) : Step
    {
        public override string Kernel => "Elementwise.Lanes";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer) => writer.Line($"Elementwise.Map({writer.Input(0)}, {writer.Output(0)}, {activation.Expression});");
    }
}
