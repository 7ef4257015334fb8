using System;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.VnnLib;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>VNN-LIB 2.0 about several networks, inputs and outputs: what names mean, what is tied, what is refused and where.</summary>
public sealed class VnnLibNetworkTests
{
    private const string Pair = """
        (vnnlib-version <2.0>)
        (declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 [1,2]))
        (declare-network g (isomorphic-to f) (declare-input U float32 [1,2]) (declare-output V float32 [1,2]))
        (assert (and (<= 0 X[0,0]) (<= X[0,0] 1) (<= 0 X[0,1]) (<= X[0,1] 2)))

        """;

    private static NetworkSignature Two => NetworkSignature.Flat(2, 2);

    private static NetworkSignature Several => new([new("image", 6, [1, 2, 3]), new("state", 2, [2])], [new("y", 2, [1, 2]), new("next", 1, [])]);

    [Fact]
    public void Inputs_that_are_asserted_equal_are_one()
    {
        VerifiedProperty property = VnnLibReader.Read(Pair + "(assert (== X[0,0] U[0,0]))(assert (== U[0,1] X[0,1]))(assert (>= (- Y[0,1] V[0,1]) 0.5))", [Two, Two]);

        Assert.Equal((2, 4), (property.InputLength, property.OutputLength));
        Assert.Equal([("f", 0, 2), ("g", 1, 2)], property.Networks.Select(static n => (n.Name, n.Model, n.Outputs)));
        Assert.All(property.Networks, static n => Assert.Equal([0, 1], n.Inputs.AsEnumerable()));
        PropertyCase only = Assert.Single(property.Cases);
        Assert.Equal([1d, 2d], only.Box.Upper.AsEnumerable());
        LinearRow row = Assert.Single(Assert.Single(only.Conjunctions).Rows);
        Assert.Equal([0d, -1, 0, 1], row.Outputs.AsEnumerable());
        Assert.Equal((0.5, true), (row.Constant, row.Inputs.IsEmpty));
    }

    [Fact]
    public void Inputs_that_are_close_stay_two()
    {
        VerifiedProperty property = VnnLibReader.Read(
            Pair + "(assert (== X[0,1] U[0,1]))(assert (>= U[0,0] 0))(assert (<= U[0,0] 1))(assert (<= (- X[0,0] U[0,0]) 0.1))(assert (>= Y[0,0] V[0,0]))", [Two, Two]);

        Assert.Equal(3, property.InputLength);
        Assert.Equal([0, 1], property.Networks[0].Inputs.AsEnumerable());
        Assert.Equal([2, 1], property.Networks[1].Inputs.AsEnumerable());
        LinearRow close = property.Cases[0].Conjunctions[0].Rows.Single(static r => !r.Inputs.IsEmpty);
        Assert.Equal([1d, 0, -1], close.Inputs.AsEnumerable());
    }

    [Fact]
    public void An_equality_in_an_alternative_ties_nothing()
        => Assert.Throws<PropertyException>(() => VnnLibReader.Read(Pair + "(assert (== X[0,0] U[0,0]))(assert (or (== X[0,1] U[0,1]) (<= Y[0,0] 0)))", [Two, Two]));

    [Fact]
    public void What_is_both_equal_and_different_is_never_fulfilled()
    {
        VerifiedProperty property = VnnLibReader.Read(Pair + "(assert (== X[0,0] U[0,0]))(assert (== X[0,1] U[0,1]))(assert (< X[0,0] U[0,0]))(assert (<= Y[0,0] 0))", [Two, Two]);
        Assert.Contains(property.Cases[0].Conjunctions[0].Rows, static r => r.IsStrict && r.Constant == 0 && r.Outputs.All(static f => f == 0) && r.Inputs.All(static f => f == 0));
    }

    [Fact]
    public void A_network_that_equals_another_one_has_its_model()
    {
        const string Text = """
            (declare-network f (declare-input X real [2]) (declare-output Y real [2]))
            (declare-network g (equal-to f) (declare-input U real [2]) (declare-output V real [2]))
            (assert (and (<= 0 X[0]) (<= X[0] 1) (<= 0 X[1]) (<= X[1] 1) (<= 0 U[0]) (<= U[0] 1) (== U[1] X[1])))
            (assert (and (<= X[0] U[0]) (> Y[0] V[0])))
            """;
        VerifiedProperty property = VnnLibReader.Read(Text, [Two]);
        Assert.Equal([0, 0], property.Networks.Select(static n => n.Model));
        Assert.Equal([2, 1], property.Networks[1].Inputs.AsEnumerable());
        Assert.Equal(4, property.Line);
    }

    [Fact]
    public void Models_are_found_by_the_names_that_they_are_given()
    {
        VerifiedProperty property = VnnLibReader.Read(Pair + "(assert (== X[0,0] U[0,0]))(assert (== X[0,1] U[0,1]))(assert (>= Y[0,1] V[0,1]))", [Two with { Name = "g" }, Two]);
        Assert.Equal([1, 0], property.Networks.Select(static n => n.Model));
    }

    [Fact]
    public void Several_inputs_and_outputs_stand_one_after_another()
    {
        const string Text = """
            (declare-network f
              (declare-input A float32 [1,2,3]) (declare-input B float32 [2] "state")
              (declare-output Y float32 [1,2]) (declare-output N float32 []))
            (assert (and (>= A[0,0,0] 0) (<= A[0,0,0] 1) (>= A[0,0,1] 0) (<= A[0,0,1] 1) (>= A[0,0,2] 0) (<= A[0,0,2] 1)
                         (>= A[0,1,0] 0) (<= A[0,1,0] 1) (>= A[0,1,1] 0) (<= A[0,1,1] 1) (>= A[0,1,2] -7) (<= A[0,1,2] 1) (>= B[0] 0) (<= B[0] 1) (>= B[1] 5) (<= B[1] 6)))
            (assert (>= N (+ Y[0,1] 1)))
            """;
        VerifiedProperty property = VnnLibReader.Read(Text, [Several]);
        Assert.Empty(property.Networks);
        Assert.Equal([0d, 0, 0, 0, 0, -7, 0, 5], property.Cases[0].Box.Lower.AsEnumerable());
        Assert.Equal([0d, 1, -1], property.Cases[0].Conjunctions[0].Rows[0].Outputs.AsEnumerable());
    }

    [Theory]
    [InlineData("(declare-network f (declare-input X float32 [1,2]) (declare-hidden H float32 [3] \"h\") (declare-output Y float32 [2]))", 1, 52, "hidden values are not supported")]
    [InlineData("(declare-network f (declare-input X int8 [2]) (declare-output Y float32 [2]))", 1, 37, "element type int8 is not supported")]
    [InlineData("(declare-network f (declare-input X foo [2]) (declare-output Y float32 [2]))", 1, 37, "'foo' is not an element type")]
    [InlineData("(declare-network f (declare-input X float32 [3]) (declare-output Y float32 [2]))", 1, 20, "'X' is declared as [3], the model has 'X' as [2]")]
    [InlineData("(declare-network f (declare-input X float32 [x]) (declare-output Y float32 [2]))", 1, 45, "is no shape such as [1,5]")]
    [InlineData("(declare-network f (declare-input X float32 [1]) (declare-input Z float32 [1]) (declare-output Y float32 [2]))", 1, 1, "declared with 2 inputs, the model has 1: X [2]")]
    [InlineData("(declare-network f (declare-input X float32 [2] \"z\") (declare-output Y float32 [2]))", 1, 20, "the model has no input 'z'; it has X")]
    [InlineData("(declare-network f (declare-input X float32 [2]) (declare-output X float32 [2]))", 1, 1, "'X' is declared twice")]
    [InlineData("(declare-network g (equal-to f) (declare-input X float32 [2]) (declare-output Y float32 [2]))", 1, 1, "compared with 'f', which is not declared before it")]
    [InlineData("(declare-network f (declare-input X float32 [2]) (declare-output Y float32 [2]))(declare-network g (declare-input U float32 [2]) (declare-output V float32 [2]))", 1, 81, "network 'g' has no model: 1 is given")]
    [InlineData("(declare-network f (declare-input X float32 [2]) (declare-output Y float32 [2]))\n(assert (<= X[0,1] 1))", 2, 13, "needs an index for each of 1 dimensions")]
    [InlineData("(declare-network f (declare-input X float32 [2]) (declare-output Y float32 [2]))\n(assert (<= X[2] 1))", 2, 13, "outside of the shape [2]")]
    [InlineData("(declare-network f (declare-input X float32 [2]) (declare-output Y float32 [2]))\n(declare-const X_0 Real)", 2, 1, "networks or single elements, not both")]
    [InlineData("(declare-network f (declare-input X float32 [2] \"x) (declare-output Y float32 [2]))", 1, 49, "quotation mark that opens here is never closed")]
    [InlineData("(declare-network f (train-on Z))", 1, 20, "'train-on' is not supported in a network's declaration")]
    public void What_a_declaration_must_not_say_is_refused_where_it_stands(string text, int line, int column, string message)
    {
        PropertyException problem = Assert.Throws<PropertyException>(() => VnnLibReader.Read(text, 2, 2));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void Models_that_nothing_is_said_of_and_other_structures_are_refused()
    {
        const string One = "(declare-network f (declare-input X float32 [2]) (declare-output Y float32 [2]))(assert (<= Y[0] 1))";
        Assert.Contains("2 models are given", Assert.Throws<PropertyException>(() => VnnLibReader.Read(One, [Two, Two])).Message, StringComparison.Ordinal);
        PropertyException problem = Assert.Throws<PropertyException>(() => VnnLibReader.Read(Pair, [Two with { Structure = "Gemm" }, Two with { Structure = "Relu" }]));
        Assert.Contains("has not the structure of that of 'f'", problem.Message, StringComparison.Ordinal);
        Assert.Equal(3, problem.Line);
    }

    [Fact]
    public void Damaged_declarations_are_read_or_refused_never_more()
    {
        string text = Pair + "(assert (== X[0,0] U[0,0]))(assert (== U[0,1] X[0,1]))(assert (or (>= (- Y[0,1] V[0,1]) 0.5) (and (< (* 2 Y[0,0]) (+ V[0,0] 1 X[0,0])) (!= V[0,1] 3))))";
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), (at, how) =>
        {
            int place = Math.Abs(at % text.Length), other = Math.Abs(how / 5 % text.Length);
            string damaged = (how & 3) switch
            {
                0 => text.Remove(place, Math.Min(1 + Math.Abs(how % 9), text.Length - place)),
                1 => text[..place] + text.Substring(other, Math.Min(20, text.Length - other)) + text[place..],
                2 => text.Insert(place, new string("()[];,\" XUYV0 <=-.e"[Math.Abs(how % 19)], 1 + Math.Abs(how % 3))),
                _ => text[..Math.Min(place, other)] + text[Math.Max(place, other)..],
            };
            try
            {
                VerifiedProperty property = VnnLibReader.Read(damaged, [Two, Two]);
                Assert.All(property.Cases, c => Assert.Equal((property.InputLength, false), (c.Box.Length, c.Box.IsEmpty)));
                Assert.All(property.Networks, n => Assert.All(n.Inputs, i => Assert.InRange(i, 0, property.InputLength - 1)));
            }
            catch (PropertyException problem)
            {
                Assert.True(problem.Line >= 1 && problem.Column >= 1 && problem.Message.Length > 0);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4000));
    }
}
