using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>BitCast: the bytes are copied; but for bool, which C# knows in one form only, and for types below a byte, whose bytes hold their value.</summary>
internal sealed class BitCastKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType from = context.ElementType(node.Inputs[0]);
        ElementType to = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !CopyPlan.CanMove(from) || !CopyPlan.CanMove(to)) return null;
        if (from == to) return ViewStep.Create(node, node.Inputs[0], "BitCast to its own type");
        return MadeStep.Create(node, context, [node.Inputs[0]], writer =>
        {
            (string x, string y) = (writer.Input(0), writer.Output(0));
            if (Element(from, to, x + "[i]") is { } element) writer.Line($"for (int i = 0; i < {y}.Length; i++) {y}[i] = {element};");
            else writer.Line($"{Bytes(from, x)}.CopyTo({Bytes(to, y)});");
        });
    }

    /// <summary>The conversion of one element; null where the bytes are the same.</summary>
    private static string? Element(ElementType from, ElementType to, string x)
    {
        if (to == ElementType.Bool) return x + " != 0";
        if (from.Bits() >= 8 || from.Storage() == to.Storage()) return null;
        if (to is ElementType.Int4 or ElementType.Int2) return $"ElementConvert.To{to}({x})";
        return $"unchecked((byte)({x} & {(from.Bits() == 4 ? "15" : "3")}))";
    }

    private static string Bytes(ElementType type, string span) => type.CSharpName() == "byte" ? span : $"MemoryMarshal.AsBytes({span})";
}
