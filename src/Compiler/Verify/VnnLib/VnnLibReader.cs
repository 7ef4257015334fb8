using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>
/// Reads properties of VNN-LIB 1.0 and 2.0. The file states the set of counterexamples; several assertions hold together. Comparisons are
/// closed: a tie fulfils <c>&lt;=</c>.
/// </summary>
public static class VnnLibReader
{
    /// <summary>Longer files are refused: the largest of the competition have 1 MB.</summary>
    private const int LongestText = 1 << 26;

    /// <summary>Reads a property.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="inputs">The network's input elements.</param>
    /// <param name="outputs">The network's output elements.</param>
    /// <exception cref="PropertyException">The text is malformed, asks for something that is not supported, or is about another network.</exception>
    public static VerifiedProperty Read(string text, int inputs, int outputs) => Read(text, [NetworkSignature.Flat(inputs, outputs)]);

    /// <summary>Reads a property of several networks, or of several inputs and outputs.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="models">The models. Networks that the file declares are those of their names, or else the others in order.</param>
    /// <exception cref="PropertyException">The text is malformed, asks for something that is not supported, or is about other networks.</exception>
    public static VerifiedProperty Read(string text, IReadOnlyList<NetworkSignature> models)
    {
        if (text.Length > LongestText) throw new PropertyException("the file is longer than 64 MB", 1, 1);
        var variables = new VnnVariables(models);
        var assertions = new List<VnnCondition>();
        IReadOnlyList<VnnExpression> expressions = new VnnParser(text).Parse();
        bool isFirst = true;
        int line = 0;
        foreach (VnnExpression expression in expressions)
        {
            switch (expression.Head)
            {
                case "vnnlib-version":
                    CheckVersion(expression);
                    break;
                case "declare-const" or "declare-fun":
                    variables.DeclareConstant(expression);
                    break;
                case "declare-network":
                    if (!isFirst) throw new PropertyException("networks are declared before the first assertion", expression.Line, expression.Column);
                    variables.DeclareNetwork(expression);
                    break;
                case "assert":
                    if (isFirst) variables.CheckComplete(expression);
                    isFirst = false;
                    if (expression.Items.Count != 2) throw new PropertyException("the form is (assert condition)", expression.Line, expression.Column);
                    assertions.Add(VnnCondition.Read(expression.Items[1], variables));
                    if (line == 0 && assertions[assertions.Count - 1].IsAbout(variables.Inputs)) line = expression.Line;
                    break;
                default:
                    throw new PropertyException("'" + expression.Head + "' is not supported", expression.Line, expression.Column);
            }
        }

        if (assertions.Count == 0) throw new PropertyException("the file asserts nothing", 1, 1);
        VnnCondition condition = VnnCondition.And(assertions, expressions[expressions.Count - 1]);
        if (variables.Networks.IsEmpty) return Normalise(condition, variables.Inputs, variables.Outputs, variables.NameOf) with { Line = Math.Max(1, line) };
        TiedInputs ties = TiedInputs.Find(condition, variables.Inputs);
        VerifiedProperty property = Normalise(condition.Tied(ties), ties.Count, variables.Outputs, i => variables.NameOf(ties.Places.IndexOf(i)));
        return property with { Line = Math.Max(1, line), Networks = [.. variables.Networks.Select(n => n with { Inputs = [.. n.Inputs.Select(i => ties.Places[i])] })] };
    }

    private static void CheckVersion(VnnExpression expression)
    {
        string version = expression.Items.Count == 2 ? expression.Items[1].Word ?? "" : "";
        if (version.Trim('<', '>') is not ("1.0" or "2.0")) throw new PropertyException("version " + version + " of VNN-LIB is not known; 1.0 and 2.0 are", expression.Line, expression.Column);
    }

    /// <summary>Turns atoms about single inputs into boxes and groups what shares one.</summary>
    private static VerifiedProperty Normalise(VnnCondition condition, int inputs, int outputs, Func<int, string> nameOf)
    {
        var common = new BoxBuilder(inputs);
        ImmutableArray<LinearRow> commonRows = [.. condition.Common.Where(a => !common.TryTighten(a)).Select(a => Row(a, inputs, outputs))];
        var cases = new Dictionary<string, (VerifiedBox Box, ImmutableArray<Conjunction>.Builder Conjunctions)>(StringComparer.Ordinal);
        var keys = new List<string>();
        foreach (IReadOnlyList<VnnAtom> alternative in condition.Alternatives)
        {
            var box = new BoxBuilder(common);
            ImmutableArray<LinearRow> rows = commonRows.AddRange(alternative.Where(a => !box.TryTighten(a)).Select(a => Row(a, inputs, outputs)));
            VerifiedBox built = box.Build(nameOf);
            if (built.IsEmpty) continue;
            string key = box.Key;
            if (!cases.TryGetValue(key, out (VerifiedBox Box, ImmutableArray<Conjunction>.Builder Conjunctions) entry))
            {
                cases[key] = entry = (built, ImmutableArray.CreateBuilder<Conjunction>());
                keys.Add(key);
            }

            entry.Conjunctions.Add(new Conjunction(rows));
        }

        return new VerifiedProperty(inputs, outputs, [.. keys.Select(k => new PropertyCase(cases[k].Box, cases[k].Conjunctions.ToImmutable()))]);
    }

    private static LinearRow Row(VnnAtom atom, int inputs, int outputs)
    {
        var x = new double[inputs];
        var y = new double[outputs];
        bool hasInputs = false;
        foreach (KeyValuePair<int, double> factor in atom.Form.Factors)
        {
            if (factor.Key >= inputs) y[factor.Key - inputs] = factor.Value;
            else x[factor.Key] = factor.Value;
            hasInputs |= factor.Key < inputs;
        }

        return new LinearRow(hasInputs ? [.. x] : [], [.. y], atom.Form.Constant, atom.IsStrict);
    }

    /// <summary>Gathers the ends of a box.</summary>
    private sealed class BoxBuilder
    {
        private readonly double[] _lower;
        private readonly double[] _upper;

        public BoxBuilder(int inputs)
        {
            _lower = [.. Enumerable.Repeat(double.NegativeInfinity, inputs)];
            _upper = [.. Enumerable.Repeat(double.PositiveInfinity, inputs)];
        }

        public BoxBuilder(BoxBuilder other)
        {
            _lower = (double[])other._lower.Clone();
            _upper = (double[])other._upper.Clone();
        }

        /// <summary>What tells boxes apart.</summary>
        public string Key => string.Join(",", _lower.Concat(_upper).Select(static d => BitConverter.DoubleToInt64Bits(d).ToString("X", CultureInfo.InvariantCulture)));

        /// <summary>Takes an atom about one input. False where a row must say it too: for other atoms, and for a strict one, which a box cannot hold.</summary>
        public bool TryTighten(VnnAtom atom)
        {
            KeyValuePair<int, double>[] factors = [.. atom.Form.Factors.Where(static f => f.Value != 0)];
            if (factors.Length != 1 || factors[0].Key >= _lower.Length) return false;
            (int input, double factor) = (factors[0].Key, factors[0].Value);
            double end = -atom.Form.Constant / factor;
            if (factor > 0) _upper[input] = Math.Min(_upper[input], end);
            else _lower[input] = Math.Max(_lower[input], end);
            return !atom.IsStrict;
        }

        /// <summary>The box.</summary>
        /// <exception cref="PropertyException">An input has no end.</exception>
        public VerifiedBox Build(Func<int, string> nameOf)
        {
            for (int i = 0; i < _lower.Length; i++)
            {
                if (double.IsInfinity(_lower[i]) || double.IsInfinity(_upper[i]))
                    throw new PropertyException("the property gives input " + nameOf(i) + " no " + (double.IsInfinity(_lower[i]) ? "lower" : "upper") + " bound", 1, 1);
            }

            return new VerifiedBox([.. _lower], [.. _upper]);
        }
    }
}
