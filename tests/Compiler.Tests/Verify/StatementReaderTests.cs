using System;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Statements;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Properties without a file: what statements say, in which plain form, and what is none.</summary>
public sealed class StatementReaderTests
{
    private static readonly NetworkSignature Network = new([new("image", 6, [1, 2, 3]), new("state", 2, [2])], [new("logits", 3, [1, 3]), new("next", 1, [])]);

    [Theory]
    [InlineData("range Y[0]:-1..1", "range Y[0]:-1..1")]
    [InlineData("  range   Y[0]: -1 .. 1 ,logits[0,2]:..5,next:0.50..  ", "range Y[0]:-1..1,logits[0,2]:..5,next:0.5..")]
    [InlineData("range Y:0..1 over X[7]:2..3, state:0..9", "range Y:0..1 over X[7]:2..3,state:0..9")]
    [InlineData("monotone state[1]:+:Y[0] slack 1e-3", "monotone state[1]:+:Y[0] slack 0.001")]
    [InlineData("robust a b.npy epsilon 0.01 labels y.txt", "robust a b.npy epsilon 0.01 labels y.txt")]
    [InlineData("robust s.npy within 2 epsilon 1", "robust s.npy epsilon 1 within 2")]
    [InlineData("equivalent trained within 0.25 over X:0..1", "equivalent trained within 0.25 over X:0..1")]
    public void Statements_have_a_plain_form(string text, string plain)
    {
        Statement statement = Assert.Single(StatementReader.ReadAll(text));
        Assert.Equal(plain, statement.Text);
        Assert.Equal(plain, Assert.Single(StatementReader.ReadAll(plain)).Text);
    }

    [Fact]
    public void Several_are_separated_by_semicolons_bars_or_lines()
        => Assert.Equal(5, StatementReader.ReadAll("range Y:0..1; range Y:0..2|monotone X[0]:+:Y[0],X[1]:-:Y[1]\n\n equivalent o.onnx within 1;").Length);

    [Theory]
    [InlineData("robustness s.npy", "'robustness' is no statement; accepted: range")]
    [InlineData("range Y[0]", "is no range such as Y[0]:-1..1")]
    [InlineData("range Y[0]:2..1", "ends in the wrong order")]
    [InlineData("range Y[0]:..", "has no number")]
    [InlineData("range Y[0]:a..1", "'a' is no number")]
    [InlineData("range Y[0]:0..1e999", "'1e999' is no number")]
    [InlineData("range", "says nothing after 'range'")]
    [InlineData("range Y[x]:0..1", "an index that is no number")]
    [InlineData("range Y:0..1 slack 3", "'slack' has no meaning here")]
    [InlineData("range Y:0..1 over X:0..1 over X:0..1", "says 'over' twice")]
    [InlineData("monotone X[0]:Y[0]", "is no pair such as X[2]:+:Y[0]")]
    [InlineData("monotone X[0]:*:Y[0]", "is no pair such as")]
    [InlineData("robust s.npy", "says no epsilon")]
    [InlineData("robust s.npy epsilon -1", "'-1' is no number from 0")]
    [InlineData("robust s.npy epsilon 1 within 1 labels y", "not both")]
    [InlineData("equivalent o.onnx", "says not within what")]
    public void What_is_no_statement_is_refused(string text, string message)
        => Assert.Contains(message, Assert.Throws<FormatException>(() => StatementReader.ReadAll(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("range Y[4]:0..1", "'Y[4]' is beyond the 4 elements")]
    [InlineData("range logits[0,3]:0..1", "is beyond the 3 elements")]
    [InlineData("range logits[0,0,0]:0..1", "has not the number of axes")]
    [InlineData("range image:0..1", "'image' is not the name of an output: Y and logits, next are")]
    [InlineData("range Y:0..1 over X[8]:0..1", "beyond the 8 elements")]
    [InlineData("range Y:0..1 over X[0]:5..", "input element 0 has no value")]
    public void Names_that_are_not_the_networks_are_refused(string text, string message)
    {
        var statement = (RangeStatement)StatementReader.ReadAll(text).Single();
        Assert.Contains(message, Assert.Throws<FormatException>(() => statement.Property(Network, "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_is_left_by_each_of_its_ends()
    {
        var statement = (RangeStatement)StatementReader.ReadAll("range next:..2,logits[0,1]:-1..1 over state[1]:4..5,image:0..1").Single();
        VerifiedProperty property = statement.Property(Network, "image=-9..9,state=-2..2");

        PropertyCase only = Assert.Single(property.Cases);
        Assert.Equal([0d, 0, 0, 0, 0, 0, -2, 4], only.Box.Lower.AsEnumerable());
        Assert.Equal([1d, 1, 1, 1, 1, 1, 2, 5], only.Box.Upper.AsEnumerable());
        LinearRow[] rows = [.. only.Conjunctions.Select(static c => c.Rows.Single())];
        Assert.Equal(["0,0,0,-1 2", "0,1,0,0 1", "0,-1,0,0 1"], rows.Select(static r => string.Join(",", r.Outputs) + " " + r.Constant));
        Assert.All(rows, static r => Assert.True(r.IsStrict));
    }

    [Fact]
    public void A_ball_is_clipped_to_the_inputs_and_ties_count_as_the_class_is_chosen()
    {
        var statement = (RobustStatement)StatementReader.ReadAll("robust s.npy epsilon 0.25 over X[0]:0..1").Single();
        VerifiedProperty property = statement.Property(Network, "", [0.125f, 0, 0, 0, 0, 0, 0, 5], [1, 5, 2, 0], 1, 0.25);

        Assert.Equal((0d, 0.375), (property.Cases[0].Box.Lower[0], property.Cases[0].Box.Upper[0]));
        Assert.Equal((4.75, 5.25), (property.Cases[0].Box.Lower[7], property.Cases[0].Box.Upper[7]));
        // Equal to class 0 is class 0; equal to class 2 still is class 1.
        Assert.Equal([false, true, true], property.Cases[0].Conjunctions.Select(static c => c.Rows.Single().IsStrict));
    }

    [Fact]
    public void What_tells_statements_apart_are_text_box_and_files()
    {
        Statement statement = StatementReader.ReadAll("robust s.npy epsilon 0.01").Single();
        string own = statement.Sha256("0..1", static f => f + "1");
        Assert.Equal(own, StatementReader.ReadAll(" robust  s.npy epsilon 0.010").Single().Sha256("0..1", static f => f + "1"));
        Assert.NotEqual(own, statement.Sha256("0..2", static f => f + "1"));
        Assert.NotEqual(own, statement.Sha256("0..1", static f => f + "2"));
    }

    [Fact]
    public void Damaged_statements_are_read_or_refused_never_more()
    {
        const string Text = "range Y[0]:-1..1,logits[0,2]:..5 over X[0]:0..1;monotone X[2]:+:Y[0] slack 0.1;robust s.npy epsilon 0.01 labels y.npy;equivalent trained within 0.5";
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), static (at, how) =>
        {
            int place = Math.Abs(at % Text.Length);
            string damaged = (how & 1) == 0 ? Text.Remove(place, Math.Min(1 + Math.Abs(how % 12), Text.Length - place)) : Text.Insert(place, new string("[]:;,. XY0-+e"[Math.Abs(how % 13)], 1 + Math.Abs(how % 3)));
            try
            {
                foreach (Statement statement in StatementReader.ReadAll(damaged))
                {
                    Assert.Equal(statement.Text, Assert.Single(StatementReader.ReadAll(statement.Text)).Text);
                    if (statement is RangeStatement range) Assert.NotNull(range.Property(Network, ""));
                    if (statement is MonotoneStatement monotone) Assert.NotNull(monotone.Property(Network, "", 0));
                }
            }
            catch (FormatException problem)
            {
                Assert.NotEmpty(problem.Message);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4000));
    }
}
