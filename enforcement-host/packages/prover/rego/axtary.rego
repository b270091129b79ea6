# Evaluates a policy of Axtary that is given as data.
#
#   data.policy   the rules, as `exportRego` of @axtary/policy writes them
#   input         the projection of an action, as `regoInput` makes it
#   result        {decision, rules}: the decision and the ids of the rules that determine it
#
# The decision is made as if nobody had approved anything yet.
package axtary

import rego.v1

fields := data.policy.fields

denying contains rule.id if {
	some rule in data.policy.rules
	rule.effect == "deny"
	holds(rule.test)
}

# A rule that permits denies where something that it requires is not met.
denying contains rule.id if {
	some rule in data.policy.rules
	count(rule.requirements) > 0
	holds(rule.test)
	some requirement in rule.requirements
	not holds(requirement.test)
}

asking contains rule.id if {
	some rule in data.policy.rules
	rule.effect == "step_up"
	holds(rule.test)
}

allowing contains rule.id if {
	some rule in data.policy.rules
	rule.effect == "allow"
	holds(rule.test)
}

# A test is lists in lists: all of the outermost must hold, any of a list in it, all of a list in
# that, and so on down to the leaves. `depth` is the number of levels.

holds(test) if {
	test.depth == 2
	all_2(test.of)
} else if {
	test.depth == 4
	all_4(test.of)
} else if {
	test.depth == 6
	all_6(test.of)
} else if {
	test.depth == 8
	all_8(test.of)
} else if {
	test.depth == 10
	all_10(test.of)
} else if {
	test.depth == 12
	all_12(test.of)
} else if {
	test.depth == 14
	all_14(test.of)
} else if {
	test.depth == 16
	all_16(test.of)
} else if {
	test.depth == 18
	all_18(test.of)
} else if {
	test.depth == 20
	all_20(test.of)
} else if {
	test.depth == 22
	all_22(test.of)
} else if {
	test.depth == 24
	all_24(test.of)
}

any_1(parts) if {
	some part in parts
	signed(part)
}

all_2(parts) if {
	every part in parts {
		any_1(part)
	}
}

any_3(parts) if {
	some part in parts
	all_2(part)
}

all_4(parts) if {
	every part in parts {
		any_3(part)
	}
}

any_5(parts) if {
	some part in parts
	all_4(part)
}

all_6(parts) if {
	every part in parts {
		any_5(part)
	}
}

any_7(parts) if {
	some part in parts
	all_6(part)
}

all_8(parts) if {
	every part in parts {
		any_7(part)
	}
}

any_9(parts) if {
	some part in parts
	all_8(part)
}

all_10(parts) if {
	every part in parts {
		any_9(part)
	}
}

any_11(parts) if {
	some part in parts
	all_10(part)
}

all_12(parts) if {
	every part in parts {
		any_11(part)
	}
}

any_13(parts) if {
	some part in parts
	all_12(part)
}

all_14(parts) if {
	every part in parts {
		any_13(part)
	}
}

any_15(parts) if {
	some part in parts
	all_14(part)
}

all_16(parts) if {
	every part in parts {
		any_15(part)
	}
}

any_17(parts) if {
	some part in parts
	all_16(part)
}

all_18(parts) if {
	every part in parts {
		any_17(part)
	}
}

any_19(parts) if {
	some part in parts
	all_18(part)
}

all_20(parts) if {
	every part in parts {
		any_19(part)
	}
}

any_21(parts) if {
	some part in parts
	all_20(part)
}

all_22(parts) if {
	every part in parts {
		any_21(part)
	}
}

any_23(parts) if {
	some part in parts
	all_22(part)
}

all_24(parts) if {
	every part in parts {
		any_23(part)
	}
}

signed(call) if {
	not call.negated
	leaf(call)
}

signed(call) if {
	call.negated
	not leaf(call)
}

# A leaf is a call of one of the functions below.

leaf(call) := matches_any(call.field, call.globs, call.folded, call.caution) if {
	call.op == "matches_any"
} else := is_any(call.field, call.scalars, call.caution) if {
	call.op == "is_any"
} else := present(call.field, call.caution) if {
	call.op == "present"
} else := is_any_other(call.field, call.other, call.caution) if {
	call.op == "is_any_other"
} else := matches_any_other(call.field, call.other, call.folded, call.caution) if {
	call.op == "matches_any_other"
} else := stated(call.field, call.caution) if {
	call.op == "stated"
} else := is_every(call.field, call.scalars, call.caution) if {
	call.op == "is_every"
} else := has_all(call.field, call.scalars, call.caution) if {
	call.op == "has_all"
} else := matches_every(call.field, call.globs, call.folded, call.caution) if {
	call.op == "matches_every"
} else := is_every_other(call.field, call.other, call.caution) if {
	call.op == "is_every_other"
} else := matches_every_other(call.field, call.other, call.folded, call.caution) if {
	call.op == "matches_every_other"
} else := at_most(call.field, call.number, call.caution) if {
	call.op == "at_most"
} else := at_least(call.field, call.number, call.caution) if {
	call.op == "at_least"
} else := size_at_most(call.field, call.number, call.caution) if {
	call.op == "size_at_most"
} else := at_most_other(call.field, call.other, call.caution) if {
	call.op == "at_most_other"
} else := size_at_most_other(call.field, call.other, call.caution) if {
	call.op == "size_at_most_other"
} else := window(call.zone, call.days, call.hours, call.caution) if {
	call.op == "window"
} else := usage(call.meter, call.max, call.caution) if {
	call.op == "usage"
} else := usage_of(call.meter, call.field, call.max, call.caution) if {
	call.op == "usage_of"
}

# A leaf that cannot be decided has the value of its caution: true in rules that restrict, false in
# rules that allow, and the other way round below each negation. An absent field makes it false.

answer(one, decided, value, caution) := false if {
	one.absent
} else := value if {
	decided
} else := caution

# The same where another field is compared with: without it there is nothing to hold.
answer_other(one, other, result) := result.caution if {
	one.unreadable
} else := false if {
	one.absent
} else := false if {
	other.absent
} else := result.value if {
	result.decided
} else := result.caution

present(field, caution) := caution if {
	input.fields[field].unreadable
} else := false if {
	input.fields[field].absent
} else := true

# Elements and their types.

elements(one) := ({text | some text in one.texts} | {number | some number in one.numbers}) | {flag | some flag in one.flags}

set_of(scalars) := {scalar | some scalar in scalars}

types(scalars) := {type_name(scalar) | some scalar in scalars}

comparable(one, scalars) := false if {
	one.odd
} else := true if {
	count(scalars) == 0
} else := count(types(elements(one)) - types(scalars)) == 0

any_within(some_elements, scalars) := count(some_elements & scalars) > 0

every_within(all_elements, scalars) := false if {
	count(all_elements) == 0
} else := count(all_elements - scalars) == 0

is_any(field, scalars, caution) := answer(one, comparable(one, scalars), any_within(elements(one), set_of(scalars)), caution) if {
	one := input.fields[field]
}

is_every(field, scalars, caution) := answer(one, comparable(one, scalars), every_within(elements(one), set_of(scalars)), caution) if {
	one := input.fields[field]
}

has_all(field, scalars, caution) := answer(one, comparable(one, scalars), count(set_of(scalars) - elements(one)) == 0, caution) if {
	one := input.fields[field]
}

comparable_other(one, other) := false if {
	other.odd
} else := comparable(one, elements(other))

is_any_other(field, other_field, caution) := answer_other(one, other, result) if {
	one := input.fields[field]
	other := input.fields[other_field]
	result := {"decided": comparable_other(one, other), "value": any_within(elements(one), elements(other)), "caution": caution}
}

is_every_other(field, other_field, caution) := answer_other(one, other, result) if {
	one := input.fields[field]
	other := input.fields[other_field]
	result := {"decided": comparable_other(one, other), "value": every_within(elements(one), elements(other)), "caution": caution}
}

# Globs come as names, where they have no star, and as patterns: anchored regular expressions. Where
# caution is true, paths are compared without difference of case: then texts and globs are folded.

only_texts(one) := false if {
	one.odd
} else := count(one.numbers) + count(one.flags) == 0

matchable(one, number) := false if {
	one.work * number > 64000000
} else := only_texts(one)

matches_one(text, globs) if {
	text in globs.names
}

matches_one(text, globs) if {
	some pattern in globs.patterns
	regex.match(pattern, text)
}

count_of(globs) := count(globs.names) + count(globs.patterns)

any_matches(texts, globs) := true if {
	some text in texts
	matches_one(text, globs)
} else := false

every_matches(texts, globs) := false if {
	count(texts) == 0
} else := false if {
	some text in texts
	not matches_one(text, globs)
} else := true

texts_of(one, folded) := one.folded if {
	folded
} else := one.texts

matches_any(field, globs, folded, caution) := answer(one, matchable(one, count_of(globs)), any_matches(texts_of(one, folded), globs), caution) if {
	one := input.fields[field]
}

matches_every(field, globs, folded, caution) := answer(one, matchable(one, count_of(globs)), every_matches(texts_of(one, folded), globs), caution) if {
	one := input.fields[field]
}

given_globs(other, folded) := {"known": other.foldedGlobs, "globs": other.foldedPatterns} if {
	folded
} else := {"known": other.globs, "globs": other.patterns}

decided_globs(one, given) := false if {
	not given.known
} else := matchable(one, 256)

matches_any_other(field, other_field, folded, caution) := answer_other(one, other, result) if {
	one := input.fields[field]
	other := input.fields[other_field]
	given := given_globs(other, folded)
	result := {"decided": decided_globs(one, given), "value": any_matches(texts_of(one, folded), given.globs), "caution": caution}
}

matches_every_other(field, other_field, folded, caution) := answer_other(one, other, result) if {
	one := input.fields[field]
	other := input.fields[other_field]
	given := given_globs(other, folded)
	result := {"decided": decided_globs(one, given), "value": every_matches(texts_of(one, folded), given.globs), "caution": caution}
}

# Whole numbers, and sizes: elements of a list, UTF-16 units of a text.

at_most(field, number, caution) := answer(one, one.isNumber, one.number <= number, caution) if {
	one := input.fields[field]
}

at_least(field, number, caution) := answer(one, one.isNumber, one.number >= number, caution) if {
	one := input.fields[field]
}

size_at_most(field, number, caution) := answer(one, one.size >= 0, one.size <= number, caution) if {
	one := input.fields[field]
}

both(first, second) := true if {
	first
	second
} else := false

at_most_other(field, other_field, caution) := answer_other(one, other, result) if {
	one := input.fields[field]
	other := input.fields[other_field]
	result := {"decided": both(one.isNumber, other.isNumber), "value": one.number <= other.number, "caution": caution}
}

size_at_most_other(field, other_field, caution) := answer_other(one, other, result) if {
	one := input.fields[field]
	other := input.fields[other_field]
	result := {"decided": both(one.size >= 0, other.isNumber), "value": one.size <= other.number, "caution": caution}
}

# Every element stands in the human's own request.
stated(field, caution) := answer(one, one.statable, one.stated, caution) if {
	one := input.fields[field]
}

# Local time: a day of 1 (Monday) to 7, and from <= minute < to.
window(zone, days, hours, caution) := is_open(input.zones[zone], days, hours) if {
	input.zones[zone]
} else := caution

is_open(time, days, hours) := true if {
	time.day in days
	time.minute >= hours.from
	time.minute < hours.to
} else := false

# A count so far, and what this action adds: 1, or the number in a field.
usage(meter, max, caution) := input.usage[meter] + 1 <= max if {
	input.usage[meter] >= 0
} else := caution

usage_of(meter, field, max, caution) := answer(one, one.number >= 0, input.usage[meter] + one.number <= max, caution) if {
	one := input.fields[field]
	one.isNumber
	input.usage[meter] >= 0
} else := answer(input.fields[field], false, false, caution)

# Combinations.

negate(value) := false if {
	value
} else := true

every_of(values) := negate(false in values)

some_of(values) := true in values

# What became of the rules: denials win over requests for an approval, which win over permissions.
# A field that the input does not have makes every answer doubtful.

missing contains field if {
	some field in fields
	not input.fields[field]
}

result := {"decision": "deny", "rules": ["evaluation-error"]} if {
	count(missing) > 0
} else := {"decision": "deny", "rules": sort(denying)} if {
	count(denying) > 0
} else := {"decision": "step_up", "rules": sort(asking)} if {
	count(asking) > 0
} else := {"decision": "allow", "rules": sort(allowing)} if {
	count(allowing) > 0
} else := {"decision": "deny", "rules": ["default-deny"]}
