using System.Collections.Generic;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>DequantizeLinear of constants of 4 or 2 bits, which stay packed as the model holds them.</summary>
internal sealed class PackedDequantizeKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || node.Operator.Name != "DequantizeLinear" || context.Constant(node.Inputs[0]) is not { Length: > 0 } tensor) return null;
        if (tensor.ElementType is not (ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2)) return null;
        var inputs = new List<string>();
        QuantizationParameter scale = QuantizationParameter.Read(node, 1, inputs, context);
        QuantizationParameter zero = QuantizationParameter.Read(node, 2, inputs, context);
        return new PackedStep(Quantization.Read(context.Parameters(node)), tensor.ElementType, tensor.Length, scale, zero, context.ElementType(node.Outputs[0]))
        {
            Nodes = group.Nodes,
            Inputs = [.. inputs],
            Outputs = [node.Outputs[0]],
            Weights = [new Weight("Packed", ElementType.UInt8, tensor.Data)],
            Summary = "DequantizeLinear over " + context.Type(node.Outputs[0]).Shape + ", packed " + tensor.ElementType.Name(),
        };
    }

    private sealed class PackedStep(Quantization layout, ElementType from, int count, QuantizationParameter scale, QuantizationParameter zero, ElementType to) : Step
    {
        public override string Kernel => "Dequantise.Packed";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            int blockSize = layout.IsPerTensor ? count : layout.BlockSize;
            int axis = layout.IsPerTensor ? count : layout.AxisLength;
            int blocks = (int)((axis + (long)blockSize - 1) / blockSize);
            using var nest = new LoopScope(writer);
            nest.Loop("n", count / axis / layout.Inner).Loop("k", axis, always: true).Loop("i", layout.Inner);
            string element = nest.Index(("n", axis * layout.Inner), ("k", layout.Inner), ("i", 1));
            if (scale.UsesIndex || zero.UsesIndex) writer.Line($"int block = {Block(nest, blockSize, blocks)};");
            writer.Line($"int at = {element};");
            string value = DequantizeLinear.Expression(from, to, $"PackedIntegers.{QuantizeLinear.Name(from).Substring(2)}({writer.Weight(0)}, at)", scale.At(writer, "block"), zero.At(writer, "block"));
            writer.Line($"{writer.Output(0)}[at] = {(to.IsShortFloat() ? "(" + to.CSharpName() + ")(" + value + ")" : value)};");
        }

        /// <summary>The index of the parameters: a block's, or a position's where they vary along the axis only.</summary>
        private string Block(LoopScope nest, int blockSize, int blocks)
        {
            if (!layout.IsBlocked) return layout.IsPerTensor ? "0" : "k";
            string block = blockSize == 1 ? "k" : "(k / " + CSharpLiteral.Of(blockSize) + ")";
            string first = nest.Index(("n", blocks * layout.Inner), ("i", 1));
            string along = layout.Inner == 1 ? block : "(" + block + " * " + CSharpLiteral.Of(layout.Inner) + ")";
            return first == "0" ? along.Trim('(', ')') : (first.Contains(" ") && !first.Contains("(") ? "(" + first + ")" : first) + " + " + along;
        }
    }
}
