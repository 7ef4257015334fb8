using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.ControlFlow;

namespace RedGen.Compiler.Passes;

/// <content>Subgraphs: they see the values around them, and the one that a constant condition chooses moves into its node's place.</content>
internal sealed partial class InferAndFold
{
    /// <summary>Graphs inside graphs; a loop infers its body more than once, so that deep nests of hostile files would take for ever.</summary>
    private const int DepthLimit = 12;

    /// <summary>How often subgraphs are inferred, all together.</summary>
    private const int SubgraphLimit = 20_000;

    /// <summary>Elements of folded tensors, of a graph and its subgraphs together.</summary>
    private sealed class FoldTotal
    {
        public long Elements { get; set; }

        /// <summary>How often subgraphs were inferred.</summary>
        public int Subgraphs { get; set; }
    }

    private sealed partial class Walk : ISubgraphInference
    {
        private readonly int _depth = outer is null ? 0 : outer._depth + 1;
        private int _position;
        private HashSet<string>? _names;
        private Dictionary<string, int>? _suffixes;

        public Graph Infer(Graph subgraph, ImmutableArray<ValueType> inputs)
        {
            Graph inferred = Infer(subgraph, inputs, out ImmutableArray<Diagnostic> errors);
            if (errors.IsEmpty) return inferred;
            foreach (Diagnostic error in errors.Skip(1)) context.Diagnostics.Add(error);
            throw new ModelException(errors[0]);
        }

        public Graph? TryInfer(Graph subgraph, ImmutableArray<ValueType> inputs, out string? conflict)
        {
            Graph inferred = Infer(subgraph, inputs, out ImmutableArray<Diagnostic> errors);
            conflict = null;
            if (errors.IsEmpty) return inferred;
            if (errors.FirstOrDefault(e => e.Descriptor != DiagnosticCatalog.ShapeConflict) is { } error) throw new ModelException(error);
            conflict = errors[0].Message;
            return null;
        }

        public ValueType? Declared(string value) => graph.TypeOf(value);

        public int[]? DeclaredLengths(string output) => DeclaredShapes.Of(graph, _position, output, _types);

        public Tensor? Constant(string value) => ConstantOf(value);

        public string FreshName(string hint)
        {
            if ((host ?? outer) is { } other) return other.FreshName(hint);
            return UniqueNames.Fresh(hint, _names ??= UniqueNames.In(graph), _suffixes ??= new Dictionary<string, int>(System.StringComparer.Ordinal));
        }

        private ValueType? TypeOf(string name) => _types.TryGetValue(name, out ValueType? type) ? type : outer?.TypeOf(name);

        private Tensor? ConstantOf(string name) => _constants.TryGetValue(name, out Tensor? constant) ? constant : outer?.ConstantOf(name);

        private bool IsUnknown(string name) => _unknown.Contains(name) || (outer?.IsUnknown(name) ?? false);

        private Graph Infer(Graph subgraph, ImmutableArray<ValueType> inputs, out ImmutableArray<Diagnostic> errors)
        {
            if (_depth >= DepthLimit) throw new ModelException(DiagnosticCatalog.InvalidGraph.With("graph '" + subgraph.Name + "' is nested more than " + DepthLimit.ToString(System.Globalization.CultureInfo.InvariantCulture) + " graphs deep"));
            if (++_total.Subgraphs > SubgraphLimit) throw new ModelException(DiagnosticCatalog.InvalidGraph.With("the shapes inside of graph '" + subgraph.Name + "' are too entangled to be found"));
            var diagnostics = new DiagnosticBag();
            var walk = new Walk(subgraph, context with { Diagnostics = diagnostics }, this);
            Graph inferred = walk.Run([.. subgraph.Inputs.Select((v, i) => new Value(v.Name, inputs[i]))]);
            errors = [.. diagnostics.ToImmutable().Where(d => d.Severity == Severity.Error)];

            // A problem that is not reported leaves outputs without types.
            if (errors.IsEmpty && subgraph.Outputs.FirstOrDefault(o => walk.IsUnknown(o.Name)) is { } output)
                throw new ModelException(DiagnosticCatalog.DynamicShape.With("graph '" + subgraph.Name + "'", "the shape of its output '" + output.Name + "' is not known at build time"));
            return inferred;
        }

        /// <summary>Puts the graph that an If with a constant condition takes in its place; the other one may be of wrong types, and does not matter.</summary>
        private bool TryInline(Node node)
        {
            if (!node.Is("If") || !node.HasInput(0) || ConstantOf(node.Inputs[0]) is not { ElementType: ElementType.Bool, Length: 1 } condition) return false;
            var inference = new InferenceContext(node, [condition.Type], [condition]);
            SchemaCheck.Check(node, OperatorTable.Find(node.Operator)!.Schema, inference);
            If.Check(inference);
            Graph taken = If.Taken(node, condition);
            foreach (KeyValuePair<string, Tensor> initializer in taken.Initializers)
            {
                _constants[initializer.Key] = initializer.Value;
                _types[initializer.Key] = initializer.Value.Type;
            }

            new Walk(taken, context, outer, this).VisitAll();
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (!node.HasOutput(i)) continue;
                Visit(new Node
                {
                    Name = FreshName(node.Name),
                    Operator = PatternExtensions.Written("Identity"),
                    Inputs = [taken.Outputs[i].Name],
                    Outputs = [node.Outputs[i]],
                }, graph.Nodes.Length);
            }

            return true;
        }
    }
}
