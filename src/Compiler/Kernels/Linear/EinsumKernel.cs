using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Einsum as a loop for each label, for all element types. What is a matrix product, LowerEinsum has turned into one before.</summary>
internal sealed class EinsumKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Outputs[0])) is not { } arithmetic) return null;
        EinsumEquation equation = Einsum.Equation(context.Parameters(node));
        int[][] operands = [.. node.Inputs.Select(context.Lengths)];
        Dictionary<char, int> lengths = equation.Lengths(operands)!;
        return new EinsumStep(equation, operands, lengths, context.Lengths(node.Outputs[0]), arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            MultiplyAdds = Positions.Product(lengths.Values),
            Summary = $"Einsum '{node.Attributes.String("equation", "")}' of {string.Join(" and ", operands.Select(o => Shape.Of(o)))}",
        };
    }

    private sealed class EinsumStep(EinsumEquation equation, int[][] operands, Dictionary<char, int> lengths, int[] y, Arithmetic arithmetic) : Step
    {
        public override string Kernel => "Einsum.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string summed = new([.. equation.Summed.Where(l => lengths[l] != 1)]);
            if (y.Contains(0) || summed.Any(l => lengths[l] == 0))
            {
                writer.Line(y.Contains(0) ? "// The tensor is empty." : $"{writer.Output(0)}.Clear();");
                return;
            }

            Dictionary<char, string> variables = Variables(equation.Output + summed);
            using var nest = new LoopScope(writer);
            foreach (char label in equation.Output.Where(variables.ContainsKey)) nest.Loop(variables[label], lengths[label]);
            string at = nest.Index([.. equation.Output.Select((l, axis) => (l, axis)).Where(t => variables.ContainsKey(t.l))
                .Select(t => (variables[t.l], EinsumEquation.Stride(equation.Output, y, t.l)))]);
            string[] elements = [.. operands.Select((_, i) => Element(writer, i, variables))];
            if (summed.Length == 0)
            {
                writer.Line($"{writer.Output(0)}[{at}] = {(elements.Length == 1 ? elements[0] : arithmetic.Store((arithmetic.IsReal ? "(" : "unchecked(") + Product(elements) + ")"))};");
                return;
            }

            writer.Line($"{arithmetic.Sum} sum = {arithmetic.Zero};");
            using (var inner = new LoopScope(writer))
            {
                foreach (char label in summed) inner.Loop(variables[label], lengths[label]);
                writer.Line(arithmetic.IsReal ? $"sum += {Product(elements)};" : $"sum = unchecked(sum + ({Product(elements)}));");
            }

            writer.Line($"{writer.Output(0)}[{at}] = {arithmetic.Store("sum")};");
        }

        /// <summary>A variable for each label that moves; those of length 1 have none.</summary>
        private Dictionary<char, string> Variables(string labels)
        {
            var variables = new Dictionary<char, string>();
            foreach (char label in labels)
                if (lengths.TryGetValue(label, out int length) && length != 1 && !variables.ContainsKey(label)) variables.Add(label, IndexText.Variable(variables.Count));
            return variables;
        }

        private string Element(StepWriter writer, int operand, Dictionary<char, string> variables)
            => $"{writer.Input(operand)}[{LoopScope.Index(variables.Values, [.. variables.Select(v => (v.Value, EinsumEquation.Stride(equation.Operands[operand], operands[operand], v.Key)))])}]";

        private string Product(string[] elements)
            => string.Join(" * ", elements.Select((e, i) => arithmetic.IsReal ? arithmetic.Load(e) : i == 0 ? "(" + arithmetic.Sum + ")" + e : e));
    }
}
