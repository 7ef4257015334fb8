using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Red.Certify;

/// <summary>
/// Bounds the error of a reduced network over a box of inputs: each value's interval in the original, in the reduced network, and the
/// interval of their difference are propagated together, node by node. The bound holds for the float32 code of both.
/// </summary>
public static class ErrorBound
{
    /// <summary>Computes the certificate.</summary>
    /// <param name="original">The network before hashing, all types inferred.</param>
    /// <param name="hashed">The network after hashing: the same nodes and values, other weights and biases.</param>
    /// <param name="box">The inputs' ranges.</param>
    /// <param name="cancellationToken">Stops the analysis.</param>
    /// <returns>The certificate; its bound is infinite, and its problem says why, where none was found.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ErrorCertificate Compute(Graph original, Graph hashed, InputBox box, CancellationToken cancellationToken)
        => new Walk(original, hashed, cancellationToken).Run(box);

    /// <summary>Computes the certificate and gives the bounds of every element of the outputs that have some.</summary>
    internal static (ErrorCertificate Certificate, ImmutableDictionary<string, PairBound> Outputs) ComputeOutputs(Graph original, Graph hashed, InputBox box, CancellationToken cancellationToken)
    {
        var walk = new Walk(original, hashed, cancellationToken);
        ErrorCertificate certificate = walk.Run(box);
        return (certificate, walk.Outputs);
    }

    private sealed class Walk(Graph original, Graph hashed, CancellationToken cancellationToken)
    {
        /// <summary>Elements of one value: 48 bytes each, and 64 more while a layer reads them.</summary>
        private const long ElementLimit = 1 << 22;

        /// <summary>Elements of all values that are alive at once.</summary>
        private const long LiveLimit = 1 << 24;

        private long _live;
        private readonly Dictionary<string, BoundedValue> _values = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _lastUse = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Node> _twins = hashed.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        private readonly ImmutableArray<LayerError>.Builder _layers = ImmutableArray.CreateBuilder<LayerError>();

        public ImmutableDictionary<string, PairBound> Outputs => original.Outputs.Select(o => o.Name).Distinct()
            .Where(name => _values.TryGetValue(name, out BoundedValue? value) && value.IsReal).ToImmutableDictionary(name => name, name => _values[name].Bound);

        public ErrorCertificate Run(InputBox box)
        {
            string problem = Propagate(box);
            double error = problem.Length > 0 ? double.PositiveInfinity : original.Outputs.Select(o => _values[o.Name].IsReal ? _values[o.Name].Bound.MaxError : 0).DefaultIfEmpty(0).Max();
            return new ErrorCertificate(box.ToString(), error, _layers.ToImmutable(), problem);
        }

        private string Propagate(InputBox box)
        {
            for (int i = 0; i < original.Nodes.Length; i++)
                foreach (string input in original.Nodes[i].Inputs) _lastUse[input] = i;
            foreach (Value output in original.Outputs) _lastUse[output.Name] = int.MaxValue;
            foreach (Value input in original.Inputs)
                if (Start(input, box) is { Length: > 0 } problem) return problem;
            for (int i = 0; i < original.Nodes.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Node node = original.Nodes[i];
                if (Visit(node) is { Length: > 0 } problem) return node.Label + " " + problem;
                foreach (string input in node.Inputs)
                    if (_lastUse[input] == i) Forget(input);
            }

            foreach (Value output in original.Outputs)
                if (!_values.ContainsKey(output.Name) && !TryConstant(output.Name, output.Name, out _)) return "output '" + output.Name + "' is not bounded";
            return "";
        }

        /// <summary>Gives an input its range; integers stay unknown until a node reads them.</summary>
        private string Start(Value input, InputBox box)
        {
            if (input.Type is not TensorType { Shape.IsStatic: true } type) return "input '" + input.Name + "' has no known shape";
            if (!IsSupported(type.ElementType)) return "";
            if (type.Shape!.ElementCount > ElementLimit) return "input '" + input.Name + "' has more elements than the analysis has memory for";
            (double low, double high) = box.RangeOf(input.Name);
            var bound = new PairBound(type.Shape!.ToArray());
            for (int i = 0; i < bound.Count; i++) bound[i] = new PairInterval(new(low, high), new(low, high), Interval.Point(0));
            Remember(input.Name, new BoundedValue(bound));
            return "";
        }

        /// <summary>Bounds the outputs of a node.</summary>
        /// <returns>Why that is not possible, as the end of a sentence; empty where it is.</returns>
        private string Visit(Node node)
        {
            if (OperatorTable.Find(node.Operator) is not { } op) return "is an operator without a rule";
            if (!_twins.TryGetValue(node.Name, out Node? twin) || twin.Operator != node.Operator || !twin.Outputs.SequenceEqual(node.Outputs)) return "is not in the reduced network";
            try
            {
                var context = new PropagationContext(original, hashed, node, twin, op, Read(node, twin), cancellationToken);
                if (!ExactEvaluation.TryRun(context))
                {
                    if (PropagationTable.Find(node.Operator) is not { } rule) return "is of an operator that the error bound has no rule for";
                    CheckOutputs(node);
                    rule(context);
                }

                return Keep(context);
            }
            catch (UncertifiableException problem)
            {
                return problem.Message;
            }
            catch (Exception bug) when (bug is AggregateException or ArgumentException or InvalidOperationException or ArithmeticException or IndexOutOfRangeException or NotSupportedException)
            {
                return "cannot be bounded: " + bug.Message;
            }
        }

        private ImmutableArray<BoundedValue?> Read(Node node, Node twin)
        {
            var inputs = new BoundedValue?[Math.Max(node.Inputs.Length, twin.Inputs.Length)];
            for (int i = 0; i < inputs.Length; i++)
            {
                (string name, string other) = (node.Input(i), twin.Input(i));
                if (name.Length == 0 && other.Length == 0) continue;
                if (name == other && _values.TryGetValue(name, out BoundedValue? value)) inputs[i] = value;
                else if (TryConstant(name, other, out value)) inputs[i] = value;
                else if (OperatorTable.Find(node.Operator)!.DependsOnTypesOnly) continue;
                else throw new UncertifiableException(name == other ? "reads '" + name + "', of which nothing is known" : "reads another value in the reduced network");
            }

            return [.. inputs];
        }

        /// <summary>A constant; a bias that only the reduced network has is zero in the original.</summary>
        private bool TryConstant(string name, string other, out BoundedValue value)
        {
            value = null!;
            if (hashed.ConstantOf(other) is not { } reduced || (name.Length > 0 && original.ConstantOf(name) is null)) return false;
            Tensor? first = name.Length > 0 ? original.ConstantOf(name) : null;
            ReferenceTensor second = ReferenceTensor.FromTensor(reduced);
            value = new BoundedValue(
                first is null ? new ReferenceTensor(second.ElementType, second.Lengths) : ReferenceEquals(first, reduced) ? second : ReferenceTensor.FromTensor(first),
                second);
            if (name == other) _values[name] = value;
            return true;
        }

        private void CheckOutputs(Node node)
        {
            long elements = 0;
            foreach (string output in node.Outputs)
            {
                if (output.Length == 0 || original.TensorTypeOf(output) is not { Shape.IsStatic: true } type) continue;
                if (type.ElementType is ElementType.Float16 or ElementType.BFloat16) throw new UncertifiableException("computes in 16 bits, for whose rounding there is no bound");
                if (type.Shape!.ElementCount > ElementLimit) throw new UncertifiableException("has an output of more elements than the analysis has memory for");
                elements += type.Shape.ElementCount;
            }

            if (_live + elements > LiveLimit) throw new UncertifiableException("is where more elements are alive than the analysis has memory for");
        }

        private void Remember(string name, BoundedValue value)
        {
            _values[name] = value;
            _live += value.Original is null ? value.Bound.Count : 0;
        }

        private void Forget(string name)
        {
            if (!_values.TryGetValue(name, out BoundedValue? value)) return;
            _values.Remove(name);
            _live -= value.Original is null ? value.Bound.Count : 0;
        }

        private string Keep(PropagationContext context)
        {
            for (int i = 0; i < context.Outputs.Length; i++)
            {
                if (!context.Node.HasOutput(i)) continue;
                if (context.Outputs[i] is not { } output) return "has an output " + i.ToString(CultureInfo.InvariantCulture) + " that the error bound has no rule for";
                if (output.Original is null && !output.Bound.IsFinite) return "has values without a bound over the box of inputs";
                if (_lastUse.ContainsKey(context.Node.Outputs[i])) Remember(context.Node.Outputs[i], output);
            }

            if (context.Layer is { } layer) _layers.Add(layer);
            return "";
        }

        private static bool IsSupported(ElementType type) => type is ElementType.Float32 or ElementType.Float64;
    }
}
