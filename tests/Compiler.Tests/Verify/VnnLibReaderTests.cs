using System;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.VnnLib;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Properties are read as they are written, or refused with the place of what is wrong.</summary>
public sealed class VnnLibReaderTests
{
    private const string Two = """
        ; two inputs, two outputs
        (declare-const X_0 Real)
        (declare-const X_1 Real)
        (declare-const Y_0 Real)
        (declare-const Y_1 Real)
        (assert (>= X_0 -1)) (assert (<= X_0 0.5))
        (assert (<= -2.5e-1 X_1)) (assert (<= X_1 1))

        """;

    [Fact]
    public void Comparisons_of_single_inputs_are_a_box_and_the_rest_rows()
    {
        PropertyCase only = Assert.Single(VnnLibReader.Read(Two + "(assert (<= Y_0 Y_1))", 2, 2).Cases);
        Assert.Equal(new double[] { -1, -0.25 }, only.Box.Lower.AsEnumerable());
        Assert.Equal(new double[] { 0.5, 1 }, only.Box.Upper.AsEnumerable());
        LinearRow row = Assert.Single(Assert.Single(only.Conjunctions).Rows);
        Assert.Equal(new double[] { 1, -1 }, row.Outputs.AsEnumerable());
        Assert.Equal((0, false, 0), (row.Constant, row.IsStrict, row.Inputs.Length));
    }

    [Fact]
    public void Alternatives_that_share_a_box_stand_together()
    {
        VerifiedProperty property = VnnLibReader.Read(Two + "(assert (or (and (<= X_0 0) (<= Y_0 1)) (and (<= X_0 0) (>= Y_1 2) (<= Y_0 Y_1)) (>= Y_0 3)))", 2, 2);
        Assert.Equal([2, 1], property.Cases.Select(static c => c.Conjunctions.Length));
        Assert.Equal([0, 0.5], property.Cases.Select(static c => c.Box.Upper[0]));
        Assert.Equal([1, 2], property.Cases[0].Conjunctions.Select(static c => c.Rows.Length));
    }

    [Fact]
    public void Or_within_and_is_multiplied_out()
        => Assert.Equal(4, Assert.Single(VnnLibReader.Read(Two + "(assert (and (or (<= Y_0 1) (>= Y_0 2)) (or (<= Y_1 1) (>= Y_1 2))))", 2, 2).Cases).Conjunctions.Length);

    [Fact]
    public void A_box_without_a_point_has_no_case()
        => Assert.Empty(VnnLibReader.Read(Two + "(assert (>= X_0 0.75)) (assert (<= Y_0 0))", 2, 2).Cases);

    [Fact]
    public void Linear_expressions_of_any_form()
    {
        LinearRow row = Rows(Two + "(assert (>= (+ (* 2 Y_0) (- Y_1) (* -1 (- X_0 3))) (* 0.5 4)))").Single();
        Assert.Equal(new double[] { 1, 0 }, row.Inputs.AsEnumerable());
        Assert.Equal(new double[] { -2, 1 }, row.Outputs.AsEnumerable());
        Assert.Equal(-1, row.Constant);
    }

    [Theory]
    [InlineData("(< Y_0 1)", 1, true)]
    [InlineData("(> Y_0 1)", 1, true)]
    [InlineData("(== Y_0 1)", 2, false)]
    public void Comparisons(string condition, int rows, bool isStrict)
    {
        LinearRow[] read = Rows(Two + "(assert " + condition + ")");
        Assert.Equal(rows, read.Length);
        Assert.All(read, r => Assert.Equal(isStrict, r.IsStrict));
    }

    [Fact]
    public void Unequal_is_one_of_two()
        => Assert.Equal(2, Assert.Single(VnnLibReader.Read(Two + "(assert (!= Y_0 Y_1))", 2, 2).Cases).Conjunctions.Length);

    [Fact]
    public void Version_2_names_elements_by_their_indices()
    {
        const string Text = """
            (vnnlib-version <2.0>)
            (declare-network f (declare-input X float32 [1, 2]) (declare-output Y float32 [2]))
            (assert (and (<= 0 X[0,0]) (<= X[0,0] 1) (<= 0 X[0,1]) (<= X[0,1] 2)))
            (assert (<= Y[1] (+ Y[0] 1 2)))
            """;
        PropertyCase only = Assert.Single(VnnLibReader.Read(Text, 2, 2).Cases);
        Assert.Equal(new double[] { 1, 2 }, only.Box.Upper.AsEnumerable());
        LinearRow row = only.Conjunctions[0].Rows.Single();
        Assert.Equal(new double[] { -1, 1 }, row.Outputs.AsEnumerable());
        Assert.Equal(-3, row.Constant);
    }

    [Theory]
    [InlineData("(assert (<= Y_0 (* Y_1 Y_0)))", 8, 17, "not linear")]
    [InlineData("(assert (<= Z_0 1))", 8, 13, "'Z_0' is not declared")]
    [InlineData("(assert (=> Y_0 1))", 8, 9, "'=>' is not supported")]
    [InlineData("(assert (<= Y_0 (/ Y_1 2)))", 8, 17, "'/' is not supported")]
    [InlineData("(assert (<= Y_0 1)", 8, 1, "never closed")]
    [InlineData("(assert (<= Y_0 1)))", 8, 20, "no opening one")]
    [InlineData("(minimise Y_0)", 8, 1, "'minimise' is not supported")]
    [InlineData("(declare-const Y_2 Real)", 8, 16, "beyond the network's 2 inputs and 2 outputs")]
    [InlineData("(assert (<= Y_0 1 2))", 8, 9, "compares two expressions")]
    public void What_cannot_be_read_is_refused_where_it_stands(string text, int line, int column, string message)
    {
        PropertyException problem = Assert.Throws<PropertyException>(() => VnnLibReader.Read(Two + text, 2, 2));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void An_input_without_an_end_is_refused()
    {
        string text = Two.Replace("(assert (<= X_0 0.5))", "", StringComparison.Ordinal) + "(assert (<= Y_0 1))";
        Assert.Contains("input X_0 no upper bound", Assert.Throws<PropertyException>(() => VnnLibReader.Read(text, 2, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_property_of_another_network_is_refused()
        => Assert.Contains("Y_2 is not declared", Assert.Throws<PropertyException>(() => VnnLibReader.Read(Two + "(assert (<= Y_0 1))", 2, 3)).Message, StringComparison.Ordinal);

    [Fact]
    public void Damaged_files_are_read_or_refused_never_more()
    {
        string text = Two + "(assert (or (and (<= X_0 0) (<= Y_0 1)) (>= (+ Y_0 (* 2 Y_1)) 3)))";
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), (at, how) =>
        {
            int place = Math.Abs(at % text.Length);
            string damaged = (how & 3) switch
            {
                0 => text[..place],
                1 => text.Remove(place, Math.Min(7, text.Length - place)),
                2 => text.Insert(place, new string("()[];XY_0 <=-.e"[Math.Abs(how % 15)], 1 + Math.Abs(how % 4))),
                _ => text[place..] + text[..place],
            };
            try
            {
                Assert.NotNull(VnnLibReader.Read(damaged, 2, 2));
            }
            catch (PropertyException problem)
            {
                Assert.True(problem.Line >= 1 && problem.Column >= 1 && problem.Message.Length > 0);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Nesting_and_alternatives_are_bounded()
    {
        string deep = Two + "(assert " + string.Concat(Enumerable.Repeat("(and ", 100_000)) + new string(')', 100_001);
        Assert.Contains("nested", Assert.Throws<PropertyException>(() => VnnLibReader.Read(deep, 2, 2)).Message, StringComparison.Ordinal);
        string wide = Two + string.Concat(Enumerable.Repeat("(assert (or (<= Y_0 1) (<= Y_1 1)))", 40));
        Assert.Contains("alternatives", Assert.Throws<PropertyException>(() => VnnLibReader.Read(wide, 2, 2)).Message, StringComparison.Ordinal);
    }

    private static LinearRow[] Rows(string text) => [.. VnnLibReader.Read(text, 2, 2).Cases.Single().Conjunctions.Single().Rows];
}
